"""What is summed of the readings of a link, and the row that it makes. The formulas are those of JOBS.md.

The sums of a link are a list, which is what the state store writes fastest; these are the places in it.
"""

from math import floor
from typing import Any, Optional

from reference import Link

SAMPLES, VEHICLES, COUNTED_SECONDS, OCCUPIED, OCCUPIED_SECONDS, PACE, PACED, IMPLIED_PACE, IMPLIED = range(9)

Sums = list[int]
Row = tuple[Any, ...]


def new_sums() -> Sums:
    return [0] * 9


def add_readings(
    links: list[Sums], places: dict[int, tuple[int, float]], interval: int, readings: list[dict[str, Any]]
) -> None:
    """Adds a frame to the sums of the links of a unit; `interval` is in seconds."""
    for reading in readings:
        position, factor = places[reading["detector"]]
        sums = links[position]
        count = reading["count"]
        occupancy = reading["occupancyPermille"]
        speed = reading["speedDecikph"]
        sums[0] += 1
        if count is not None:
            sums[1] += count
            sums[2] += interval
        if occupancy is not None:
            sums[3] += occupancy * interval
            sums[4] += interval
        if speed:
            weight = 1 if count is None else count
            sums[5] += weight * floor(1e9 / speed + 0.5)
            sums[6] += weight
        elif count is not None and occupancy is not None:
            sums[7] += floor(occupancy * interval * factor + 0.5)
            sums[8] += count


def minute_row(link: Link, window_start: int, sums: Sums) -> Row:
    samples, vehicles, counted_seconds, _, _, _, paced, _, _ = sums
    speed = _space_mean(link, sums)
    if speed is None:
        quality = "missing"
    elif paced > 0 and samples >= link.expected_samples:
        quality = "observed"
    else:
        quality = "imputed"
    return (
        link.name,
        window_start,
        vehicles,
        _round(vehicles * link.lanes * 3600 / counted_seconds) if counted_seconds else None,
        _occupancy(sums),
        speed,
        *_traffic_state(link, speed),
        quality,
        samples,
        link.expected_samples,
    )


def hop_row(link: Link, window_start: int, sums: Sums) -> Row:
    speed = max(1, _round(1e9 * sums[PACED] / sums[PACE])) if sums[PACED] > 0 else None
    return (link.name, window_start, sums[VEHICLES], _occupancy(sums), speed, sums[SAMPLES])


def _round(x: float) -> int:
    return floor(x + 0.5)


def _occupancy(sums: Sums) -> Optional[int]:
    return _round(sums[OCCUPIED] / sums[OCCUPIED_SECONDS]) if sums[OCCUPIED_SECONDS] else None


def _space_mean(link: Link, sums: Sums) -> Optional[int]:
    """0.1 km/h."""
    if sums[PACED] > 0:
        return max(1, _round(1e9 * sums[PACED] / sums[PACE]))
    if sums[IMPLIED] > 0 and sums[IMPLIED_PACE] > 0:
        implied = _round(1e9 * sums[IMPLIED] / sums[IMPLIED_PACE])
        return max(1, min(_round(link.free_flow_kph * 10), implied))
    return None


def _traffic_state(link: Link, speed_decikph: Optional[int]) -> Row:
    """Delay in deciseconds, travel time index in permille, and level of service."""
    if speed_decikph is None:
        return (None, None, None)
    speed = speed_decikph / 10
    delay = max(0, link.length_meters * 3.6 / speed - link.length_meters * 3.6 / link.free_flow_kph)
    return (
        min(1_000_000, _round(10 * delay)),
        min(1_000_000, _round(1000 * link.free_flow_kph / speed)),
        _level_of_service(speed / link.free_flow_kph),
    )


def _level_of_service(share: float) -> str:
    for bound, level in ((0.8, "A"), (0.67, "B"), (0.5, "C"), (0.4, "D"), (0.3, "E")):
        if share > bound:
            return level
    return "F"
