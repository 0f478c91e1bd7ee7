"""PDF and PNG by typst, in the fonts of the pages (ops/typeset-fonts)."""

import json
from pathlib import Path
from typing import Any

FONTS = Path(__file__).resolve().parent / "fonts"


def typeset(template: Path, values: dict[str, Any], **options: Any) -> bytes:
    """`values` reach the template as JSON in `sys.inputs.values`: text in them is never markup.

    `options` are those of `typst.compile`, such as `format="png"` or `pdf_standards=["ua-1"]`.
    """
    import typst  # noqa: PLC0415 - slow to import, few requests need it

    inputs = {"values": json.dumps(values)}
    given = {"font_paths": [str(FONTS)], "ignore_system_fonts": True, **options}
    return typst.compile(str(template), sys_inputs=inputs, **given)
