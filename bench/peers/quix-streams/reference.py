"""The links, and which cabinets have detectors on them."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    lanes: int
    length_meters: float
    free_flow_kph: float
    expected_samples: int


@dataclass(frozen=True, slots=True)
class Unit:
    """Cabinets whose links no other cabinet has: what has one entry in the state."""

    name: str
    links: list[Link]


@dataclass(frozen=True, slots=True)
class Cabinet:
    unit: Unit
    # By channel: position of the link in the unit, and the factor from occupancy times seconds to implied pace.
    places: dict[int, tuple[int, float]]


def read_cabinets(folder: Path) -> dict[str, Cabinet]:
    links = {row["link"]: _link(row) for row in _rows(folder / "links.csv")}
    detectors = _rows(folder / "detectors.csv")
    cabinets_of: dict[str, set[str]] = {}
    for row in detectors:
        cabinets_of.setdefault(row["link"], set()).add(row["cabinet"])
    unit_of = _units(cabinets_of, links)
    cabinets: dict[str, Cabinet] = {}
    for row in detectors:
        unit = unit_of[row["cabinet"]]
        cabinet = cabinets.setdefault(row["cabinet"], Cabinet(unit, {}))
        factor = 1e8 / (3600 * (5 + float(row["lengthMeters"])))
        cabinet.places[int(row["channel"])] = (unit.links.index(links[row["link"]]), factor)
    return cabinets


def _units(cabinets_of: dict[str, set[str]], links: dict[str, Link]) -> dict[str, Unit]:
    """The unit of each cabinet; cabinets that share a link are in one."""
    members: dict[str, set[str]] = {}
    for cabinets in cabinets_of.values():
        together = set().union(*(members.get(cabinet, {cabinet}) for cabinet in cabinets))
        for cabinet in together:
            members[cabinet] = together
    units: dict[str, Unit] = {}
    for link, cabinets in cabinets_of.items():
        name = min(members[next(iter(cabinets))])
        units.setdefault(name, Unit(name, [])).links.append(links[link])
    return {cabinet: units[min(together)] for cabinet, together in members.items()}


def _link(row: dict[str, str]) -> Link:
    return Link(
        name=row["link"],
        lanes=int(row["lanes"]),
        length_meters=float(row["lengthMeters"]),
        free_flow_kph=float(row["freeFlowKph"]),
        expected_samples=int(row["expectedSamples"]),
    )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))
