"""Draw a picture for a draw without one: tickets with its number, composed by its number and title.

Drawn like the illustrations in `static/img/art`: for coloured paper, without words and without fonts, the
same bytes for the same address for ever.
"""

import hashlib
from collections.abc import Iterator

INK, CREAM = "#14211b", "#fff8e6"
# For each colour of paper, in the order of `STOCKS`, what stands out on it.
ACCENTS = (
    ("#dd4026", "#0f7a55", "#3b6fd8"),
    ("#1747d6", "#ffc53d", "#dd4026"),
    ("#0f7a55", "#ffc53d", "#c22a14"),
    ("#e0457f", "#0f7a55", "#ffc53d"),
    ("#0f7a55", "#ffc53d", "#dd4026"),
    ("#7448d6", "#ffc53d", "#e0457f"),
)
# Figures as strokes, 92 high; with each its width.
FIGURES = {
    "0": (56, "M28 0a28 28 0 0 1 28 28v36a28 28 0 0 1-56 0v-36a28 28 0 0 1 28-28z"),
    "1": (34, "M2 24L32 0V92"),
    "2": (56, "M2 24C4-8 54-8 54 24C54 46 18 62 2 92H56"),
    "3": (56, "M4 2H50L26 36C64 36 64 92 26 92C14 92 4 86 0 76"),
    "4": (60, "M42 92V0L0 64H60"),
    "5": (56, "M50 0H10L6 42C30 26 58 40 56 64C54 96 14 100 0 78"),
    "6": (56, "M46 2C12 16 0 46 0 64A28 28 0 1 0 56 64A28 28 0 0 0 2 56"),
    "7": (54, "M0 2H54L20 92"),
    "8": (56, "M28 0a22 21 0 0 1 0 42a22 21 0 0 1 0-42zM28 42a28 25 0 0 1 0 50a28 25 0 0 1 0-50z"),
    "9": (56, "M10 90C44 76 56 46 56 28A28 28 0 1 0 0 28A28 28 0 0 0 54 36"),
}
GAP = 30
# Around the figures, wherever they are.
UPRIGHT = "scale(1 1)"
TICKET = (
    "M-150-78H150A14 14 0 0 1 164-64V-24A24 24 0 0 0 164 24V64A14 14 0 0 1 150 78H-150A14 14 0 0 1-164 64V24"
    "A24 24 0 0 0-164-24V-64A14 14 0 0 1-150-78Z"
)
# The wide pictures show the same at their right or, for what is read from right to left, at their left.
FRAMES = {
    "": 'viewBox="0 0 480 360"',
    "-wide": 'viewBox="0 0 880 480" preserveAspectRatio="xMaxYMax slice"',
    "-wide-rtl": 'viewBox="0 0 880 480" preserveAspectRatio="xMinYMax slice"',
}
PLACED = {"-wide": "translate(418 92) scale(1.02)", "-wide-rtl": "translate(462 92) scale(-1.02 1.02)"}


def fingerprint(number: int, title: str) -> str:
    """Return the 8 hex digits that stand for the title in the address of a draw's generated picture."""
    return hashlib.sha256(f"{number}\n{title}".encode()).hexdigest()[:8]


def svg(number: int, fingerprint: str, shape: str = "") -> str:
    """Return the picture of draw `number` in one of the shapes of FRAMES, as SVG of under 4 kB."""
    choices = iter(hashlib.shake_256(f"{number} {fingerprint}".encode()).digest(64))
    accents = ACCENTS[number % len(ACCENTS)]
    turn = next(choices)
    first, second = accents[turn % 3], accents[(turn + 1) % 3]
    ground = GROUNDS[next(choices) % len(GROUNDS)](choices, second)
    scene = SCENES[next(choices) % len(SCENES)](choices, str(number), first, second)
    inside = ground + scene
    if shape:
        inside = f'<g transform="{PLACED[shape]}">{inside}</g>'
    if shape == "-wide-rtl":
        # All is mirrored but the figures.
        inside = inside.replace(UPRIGHT, "scale(-1 1)")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {FRAMES[shape]}><defs>'
        '<pattern id="d" width="10" height="10" patternUnits="userSpaceOnUse">'
        f'<circle cx="3" cy="3" r="2.1" fill="{INK}" fill-opacity=".18"/></pattern>'
        f'<path id="t" d="{TICKET}" stroke="{INK}" stroke-width="7" stroke-linejoin="round"/></defs>'
        f"{inside}</svg>\n"
    )


def _figures(number: str, width: float, height: float, x: float = 0) -> str:
    """Return the number, centred at x, as large as fits."""
    across = sum(FIGURES[each][0] for each in number) + GAP * (len(number) - 1)
    scale = min(width / (across + 22), height / 114)
    paths, left = [], -across / 2
    for each in number:
        paths.append(f'<path transform="translate({left:g} -46)" d="{FIGURES[each][1]}"/>')
        left += FIGURES[each][0] + GAP
    return (
        f'<g transform="translate({x:g} 0) {UPRIGHT} scale({scale:.3g})" fill="none" stroke="{INK}" '
        f'stroke-width="22" stroke-linejoin="round">{"".join(paths)}</g>'
    )


def _ticket(x: int, y: int, turned: int, colour: str, inside: str = "", scale: float = 1) -> str:
    return (
        f'<g transform="translate({x} {y}) rotate({turned}) scale({scale:g})">'
        f'<use href="#t" fill="{colour}"/>{inside}</g>'
    )


PERFORATION = (
    f'<path d="M92-66V66" stroke="{INK}" stroke-width="5" stroke-dasharray="2 12" stroke-linecap="round"/>'
)
STUB = PERFORATION + (
    f'<path d="M116-36V-10M116 10V36M138-36V-20M138 0V36" stroke="{INK}" stroke-width="7" '
    'stroke-linecap="round" opacity=".45"/>'
)


# -- what is behind --


def _disc(choices: Iterator[int], colour: str) -> str:
    x, y, r = 200 + next(choices) % 80, 176 + next(choices) % 40, 150 + next(choices) % 30
    circle = f'<circle cx="{x}" cy="{y}" r="{r}" fill='
    return f'{circle}"#fff" opacity=".45"/>{circle}"url(#d)"/>'


def _rays(choices: Iterator[int], colour: str) -> str:
    turned = next(choices) % 30
    rays = "".join(f'<path d="M0 0L-70-1060H70Z" transform="rotate({each})"/>' for each in range(0, 360, 30))
    return f'<g transform="translate(240 196) rotate({turned})" fill="#fff" opacity=".4">{rays}</g>'


def _hill(choices: Iterator[int], colour: str) -> str:
    left, right = 220 + next(choices) % 70, 150 + next(choices) % 90
    crest = f"M-480 330C-120 {left + 40} 0 {left + 20} 120 {left}S400 {right} 960 {right - 60}V520H-480Z"
    hill = f'<path d="{crest}" '
    sun = f'<circle cx="{330 - next(choices) % 180}" cy="96" r="74" fill="#fff" opacity=".85"/>'
    return f'{sun}{hill}fill="{INK}" opacity=".16"/>{hill}fill="url(#d)"/>'


def _rings(choices: Iterator[int], colour: str) -> str:
    x, y = 120 + next(choices) % 240, 120 + next(choices) % 120
    rings = "".join(f'<circle cx="{x}" cy="{y}" r="{r}"/>' for r in range(60, 340, 56))
    return f'<g fill="none" stroke="#fff" stroke-width="22" opacity=".42">{rings}</g>'


def _confetti(choices: Iterator[int], colour: str) -> str:
    bits = []
    for n in range(15):
        # One in each field of a net of five by three, so that they never heap up.
        x, y, turned = n % 5 * 96 + next(choices) % 70, n // 5 * 120 + next(choices) % 90, next(choices)
        fill = ("#fff", colour, INK)[n % 3]
        bits.append(
            f'<rect x="-16" y="-7" width="32" height="14" rx="4" fill="{fill}" '
            f'transform="translate({x} {y}) rotate({turned})"/>'
        )
    return f'<g opacity=".8">{"".join(bits)}</g>'


# -- what is in front --


def _two(choices: Iterator[int], number: str, first: str, second: str) -> str:
    lean = 6 + next(choices) % 10
    front = _ticket(240, 162, -lean, CREAM, STUB + _figures(number, 210, 112, x=-32))
    return _ticket(238, 228, lean, first) + front


def _fan(choices: Iterator[int], number: str, first: str, second: str) -> str:
    lean = 14 + next(choices) % 8
    back = _ticket(250, 150, -2 * lean, second, scale=0.94) + _ticket(250, 190, -lean, first, scale=0.97)
    return back + _ticket(244, 238, 4, CREAM, STUB + _figures(number, 210, 112, x=-32))


def _upright(choices: Iterator[int], number: str, first: str, second: str) -> str:
    lean = 5 + next(choices) % 9
    figures = f'<g transform="translate(-34 0) rotate(90)">{_figures(number, 128, 150)}</g>'
    coin = f'<circle cx="128" r="22" fill="{second}" stroke="{INK}" stroke-width="6"/>'
    front = _ticket(286, 180, lean - 90, CREAM, PERFORATION + figures + coin)
    return _ticket(176, 204, -lean - 96, first, PERFORATION, 0.9) + front


def _seal(choices: Iterator[int], number: str, first: str, second: str) -> str:
    turned = next(choices) % 22
    points = "".join(f'<path d="M-118-118H118V118H-118Z" transform="rotate({n})"/>' for n in range(0, 90, 15))
    tails = _ticket(192, 262, 113, second, scale=0.62) + _ticket(288, 262, 67, second, scale=0.62)
    outline = f'<g stroke="{INK}" stroke-width="14" stroke-linejoin="round">{points}</g>'
    star = f'<g transform="rotate({turned})">{outline}<g fill="{first}">{points}</g></g>'
    face = f'<circle r="108" fill="{CREAM}" stroke="{INK}" stroke-width="6"/>'
    edge = (
        f'<circle r="92" fill="none" stroke="{INK}" stroke-width="5" stroke-dasharray="2 11" '
        'stroke-linecap="round"/>'
    )
    inside = f'<g transform="rotate(-8)">{_figures(number, 150, 100)}</g>'
    return f'{tails}<g transform="translate(240 154) scale(.86)">{star}{face}{edge}{inside}</g>'


def _strip(choices: Iterator[int], number: str, first: str, second: str) -> str:
    lean = 8 + next(choices) % 12
    mine = _ticket(0, 0, 0, CREAM, _figures(number, 250, 112))
    others = _ticket(328, 0, 0, first) + _ticket(656, 0, 0, second)
    return f'<g transform="translate(206 190) rotate(-{lean})">{mine}{others}</g>'


GROUNDS = (_disc, _rays, _hill, _rings, _confetti)
SCENES = (_two, _fan, _upright, _seal, _strip)
