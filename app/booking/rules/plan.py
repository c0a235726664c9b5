"""A first floor plan, where nobody drew one."""

from collections.abc import Sequence

PLAN_WIDTH = 360  # as wide as a small phone
_SEAT, _HIGH, _GAP, _HEAD = (50, 48), 46, 6, 34


def floor_plan(spaces: Sequence[tuple[int, Sequence[tuple[int, bool]]]]) -> dict[int, list[int]]:
    """A first floor plan where nobody drew one: each space a room as wide as the plan, its things in rows.

    `spaces`: (id of the space, its things as (id, is a seat)). Boxes are [x, y, width, height], to be moved by hand afterwards.
    """
    boxes: dict[int, list[int]] = {}
    top = 4
    for space_id, things in spaces:
        x, y, row = 14, top + _HEAD, 0
        for thing_id, is_seat in things:
            width, height = _SEAT if is_seat else (158, _HIGH)
            if x + width > PLAN_WIDTH - 14 + 2:
                x, y, row = 14, y + row + _GAP + 2, 0
            boxes[thing_id] = [x, y, width, height]
            x, row = x + width + _GAP, max(row, height)
        bottom = y + row + 10
        boxes[space_id] = [4, top, PLAN_WIDTH - 8, bottom - top]
        top = bottom + 8
    return boxes
