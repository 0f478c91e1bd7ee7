import json

import pytest
import typst

from dma_crm.typesetting import FONTS, typeset

FAMILIES = ["Boden Serif", "Boden Serif Ext", "Boden Sans", "Boden Sans Ext"]
TEMPLATE = '#let v = json(bytes(sys.inputs.values))\n#set text(font: ("Boden Sans",))\n#v.text'


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "page.typ"
    path.write_text(TEMPLATE)
    return path


@pytest.mark.parametrize("family", FAMILIES)
def test_fonts_of_the_house_are_found(family):
    page = f'#set text(font: "{family}")\nText'.encode()

    _image, warnings = typst.compile_with_warnings(
        page, format="png", font_paths=[str(FONTS)], ignore_system_fonts=True
    )

    assert warnings == []


def test_an_unknown_font_would_be_told():
    _image, warnings = typst.compile_with_warnings(
        b'#set text(font: "Boden Fraktur")\nText', format="png", ignore_system_fonts=True
    )

    assert len(warnings) == 1


@pytest.mark.parametrize("text", ['#panic("x")', "$", '"', "\\", "*_`<", "😀", "#import"])
def test_text_is_never_markup(template, text):
    assert typeset(template, {"text": text}, format="png").startswith(b"\x89PNG")


def test_values_are_what_the_page_shows(template):
    one, other = (typeset(template, {"text": text}, format="svg") for text in ("A", "B"))

    assert one != other
    assert json.dumps("A") not in one.decode()


def test_pdf_is_accessible(template):
    template.write_text(f'#set document(title: "x")\n{TEMPLATE}')

    pdf = typeset(template, {"text": "Hallo"}, format="pdf", pdf_standards=["ua-1"])

    assert pdf.startswith(b"%PDF-")
