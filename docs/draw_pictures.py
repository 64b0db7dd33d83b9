"""Draw the pictures of the documentation with the code they explain.

    make picture

Every file of ``docs/pictures`` has a function ``chart()`` that returns an Altair chart; it becomes
``docs/_static/<file>.svg``. ``python docs/draw_pictures.py air heat`` draws only those.
"""

import importlib.util
import json
import sys
from pathlib import Path

import vl_convert

DOCS = Path(__file__).resolve().parent


def draw(source: Path) -> Path:
    """Draw one picture; where it was written."""
    spec = importlib.util.spec_from_file_location(f"picture_{source.stem}", source)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    target = DOCS / "_static" / f"{source.stem}.svg"
    target.write_text(vl_convert.vegalite_to_svg(json.loads(module.chart().to_json())) + "\n", encoding="utf-8")
    return target


def main() -> None:
    """Draw what was asked for, or all."""
    wanted = sys.argv[1:] or [source.stem for source in sorted((DOCS / "pictures").glob("*.py"))]
    for name in wanted:
        sys.stdout.write(f"{draw(DOCS / 'pictures' / f'{name}.py')} written\n")


if __name__ == "__main__":
    main()
