"""Errors of the catalog: each says where, what was found, what was expected and how to mend it."""


class CatalogError(ValueError):
    """A registry, kit model, quantity or limit that cannot be used; the message is one line for a person."""


class UnknownQuantityError(CatalogError, KeyError):
    """A quantity name that the catalog does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnitError(CatalogError):
    """A unit that cannot be converted to the quantity's unit."""


class RegistryErrors(CatalogError):  # noqa: N818 - many errors in one; the name the rooms agreed on
    """All that is wrong with a registry file, told together.

    Attributes
    ----------
    messages : tuple of str
        One line each: ``file:line: path is …; expected …; mend``, in the order of the file.
    """

    def __init__(self, messages: tuple[str, ...]) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages
