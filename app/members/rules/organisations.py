"""Numbers of organisations."""


def is_siren(text: str) -> bool:
    """Nine digits whose key is right: every second one doubled, the figures add up to a multiple of ten."""
    if len(text) != 9 or not (text.isascii() and text.isdigit()):
        return False
    figures = (int(digit) * (1 + rank % 2) for rank, digit in enumerate(text))
    return sum(figure // 10 + figure % 10 for figure in figures) % 10 == 0
