"""Formulas as MathML, which browsers draw without a script."""

from xml.etree import ElementTree

import latex2mathml.converter

ElementTree.register_namespace("", "http://www.w3.org/1998/Math/MathML")


def mathml(tex: str, block: bool) -> str:
    """The formula `tex` as MathML; its TeX source stays in `alttext`."""
    formula = ElementTree.fromstring(
        latex2mathml.converter.convert(tex, display="block" if block else "inline")
    )
    formula.set("alttext", tex)
    return ElementTree.tostring(formula, encoding="unicode")
