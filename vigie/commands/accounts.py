"""``vigie account``: who may sign in to the portal."""

import typer

account_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Who may sign in to the portal.")
ls = 0
