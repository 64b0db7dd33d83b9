"""temporary"""



class Reader:
    pass
