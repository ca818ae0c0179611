"""The windows of a unit, in the state of Quix Streams.

A window is made of panes, which are as long as windows are apart. Panes that readings may still come for are in the
entry `<unit>`; those that are complete, and are part of a window that is not, in `<unit>/complete`, so that a record
reads and writes only the first.
"""

from typing import Any

from quixstreams import State

from measures import Row, Sums, add_readings, hop_row, minute_row, new_sums
from reference import Cabinet, Unit

GRACE_MILLIS = 10_000
MINUTE_MILLIS = 60_000
HOP_MILLIS = 300_000
PANE_MILLIS = 10_000
PANES_OF_HOP = HOP_MILLIS // PANE_MILLIS

NO_ROWS: list[Row] = []


class MinuteWindows:
    """Rows of windows of a minute that a frame has made complete."""

    def __init__(self, cabinets: dict[str, Cabinet]):
        self._cabinets = cabinets

    def __call__(self, frame: dict[str, Any], state: State) -> list[Row]:
        complete, unit = _add_frame(frame, self._cabinets, state, MINUTE_MILLIS)
        if not complete:
            return NO_ROWS
        return [
            minute_row(link, start, sums)
            for start, links in complete
            for link, sums in zip(unit.links, links)
            if sums[0] > 0
        ]


class HopWindows:
    """Rows of windows of five minutes, every ten seconds, that a frame has made complete."""

    def __init__(self, cabinets: dict[str, Cabinet]):
        self._cabinets = cabinets

    def __call__(self, frame: dict[str, Any], state: State) -> list[Row]:
        complete, unit = _add_frame(frame, self._cabinets, state, PANE_MILLIS)
        if not complete:
            return NO_ROWS
        name = unit.name + "/complete"
        # Start of the first pane, sums of the last panes, and those of all of them together.
        begin, panes, totals = state.get(name) or (complete[0][0], [], [new_sums() for _ in unit.links])
        rows: list[Row] = []
        for start, links in complete:
            end = start + PANE_MILLIS
            while panes and panes[0][0] < end - HOP_MILLIS:
                for total, sums in zip(totals, panes.pop(0)[1]):
                    total[:] = [a - b for a, b in zip(total, sums)]
            for total, sums in zip(totals, links):
                total[:] = [a + b for a, b in zip(total, sums)]
            panes.append((start, links))
            if end - HOP_MILLIS >= begin:
                rows += [
                    hop_row(link, end - HOP_MILLIS, total)
                    for link, total in zip(unit.links, totals)
                    if total[0] > 0
                ]
        state.set(name, (begin, panes, totals))
        return rows


def _add_frame(
    frame: dict[str, Any], cabinets: dict[str, Cabinet], state: State, pane_millis: int
) -> tuple[list[tuple[int, list[Sums]]], Unit]:
    """The panes that are complete by now, with the sums of each link of the unit, also those without a reading."""
    at = frame["at"]
    interval = frame["intervalSeconds"]
    cabinet = cabinets[frame["cabinet"]]
    unit = cabinet.unit
    # End of the last pane that is complete, and start and sums of those that are not, in order.
    complete_until, panes = state.get(unit.name) or (0, [])
    start = (at - 500 * interval) // pane_millis * pane_millis
    if start < complete_until:
        return [], unit
    for known, links in panes:
        if known == start:
            break
    else:
        links = _nothing(unit)
        panes.append((start, links))
        panes.sort(key=_start_of)
    add_readings(links, cabinet.places, interval, frame["readings"])
    due = (at - GRACE_MILLIS) // pane_millis * pane_millis
    complete = []
    if panes[0][0] < due:
        open_panes = dict(panes)
        for each in range(complete_until or panes[0][0], due, pane_millis):
            complete.append((each, open_panes.pop(each, None) or _nothing(unit)))
        complete_until, panes = due, list(open_panes.items())
    state.set(unit.name, (complete_until, panes))
    return complete, unit


def _nothing(unit: Unit) -> list[Sums]:
    return [new_sums() for _ in unit.links]


def _start_of(pane: tuple[int, list[Sums]]) -> int:
    return pane[0]
