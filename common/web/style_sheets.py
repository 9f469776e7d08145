"""Style sheets as they are sent, without the parts that only their readers need."""

import re


def shortened(source: str) -> str:
    """Return a sheet without comments, indentation and the ends of lines.

    It relies on how `lucky11.development.styles` formats our sheets. Within a selector or a value it changes
    nothing: what a space means there, only a parser knows.
    """
    text = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    # A custom property that is a space keeps it: not every browser takes one without any value.
    lines = (re.sub(r"^([\w-]+): (?!;)", r"\1:", line.strip()) for line in text.splitlines())
    joined = re.sub(r"([{},:;])\n|\n(?=\})", r"\1", "\n".join(filter(None, lines)))
    return joined.replace(" {", "{").replace(";}", "}")
