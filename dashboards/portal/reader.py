"""temporary"""


class Reader:
    pass
