/**
 * The drawing of Fjordhavn, an invented harbour city: what a person chose; everything else follows from it.
 */

/** Which part of the city a crossing lies in. */
export type DistrictName = 'midtby' | 'vestmark' | 'osthavn';

/** A signalised crossing, in metres east and north of the market square. */
export interface Crossing {
  readonly code: string;
  readonly name: string;
  readonly district: DistrictName;
  readonly east: number;
  readonly north: number;
}

/** Where the drawing ends; `code` begins with G. */
export interface Gate {
  readonly code: string;
  readonly name: string;
  readonly east: number;
  readonly north: number;
}

/** 1 is the ring, 2 an avenue, 3 a street. */
export type Rank = 1 | 2 | 3;

/** A two-way street through crossings and gates, curved smoothly. */
export interface Street {
  readonly name: string;
  readonly rank: Rank;
  /** In each direction. */
  readonly lanes: 1 | 2 | 3;
  readonly freeFlowKph: number;
  readonly through: readonly string[];
  /** The stretch between these two carries its own name: a bridge. */
  readonly bridge?: { readonly name: string; readonly between: readonly [string, string] };
}

export interface CarPark {
  readonly name: string;
  readonly on: readonly [string, string];
  readonly capacitySpaces: number;
  readonly kind: 'on-street' | 'off-street' | 'underground' | 'car-park';
  readonly pricePerHourCents: number | undefined;
}

export interface WeatherStation {
  readonly name: string;
  readonly on: readonly [string, string];
}

export const cityName = 'Fjordhavn';
export const timeZone = 'Europe/Copenhagen';

/** The market square: open water in the Kattegat, so that no real street lies under the map. */
export const origin = { longitude: 11.25, latitude: 56.5 };

/** The street grid is turned against the compass, clockwise. */
export const turnedDegrees = 11;

export const districtNames: Readonly<Record<DistrictName, string>> = {
  midtby: 'Midtby',
  vestmark: 'Vestmark',
  osthavn: 'Østhavn',
};

const crossing = (
  code: string,
  name: string,
  district: DistrictName,
  east: number,
  north: number,
): Crossing => ({ code, name, district, east, north });

/**
 *           G2         G3                G7         G9
 *             \        |                 |         /
 *              V3 ---- N1 ---- N2 ==n== E1 ----- E6
 *             /  \     M3 \    |        |        |
 *    .----- V2 -- M8 --M2  `-- M6       E2 ---- E7
 *   /        |    |    |       |        |         \
 * G5 - V6 -- V1 - M7 - M1 ---- M5 ==m== E3 ----- E8 - E10 - G10
 *      |     |         |                |        |   /
 * G6 - V7 -- V4 - M9 - M4                E4 ---- E9 -
 *             \   |    | `---.          |       /
 *              V5 ---- S1 -- S2 ==s==== E5 ----'
 *             /        |                |               == crosses the river
 *           G4         G1               G8
 */
export const crossings: readonly Crossing[] = [
  crossing('M1', 'Torvet', 'midtby', 0, 0),
  crossing('M2', 'Domkirken', 'midtby', -30, 270),
  crossing('M3', 'Nørreport', 'midtby', -60, 540),
  crossing('M4', 'Teatret', 'midtby', 40, -280),
  crossing('M5', 'Midtbroen vest', 'midtby', 290, 50),
  crossing('M6', 'Åparken', 'midtby', 230, 360),
  crossing('M7', 'Vesterport', 'midtby', -320, 40),
  crossing('M8', 'Klostertorvet', 'midtby', -340, 330),
  crossing('M9', 'Banegården', 'midtby', -280, -270),
  crossing('N1', 'Nordre Torv', 'midtby', -150, 800),
  crossing('N2', 'Nordbroen vest', 'midtby', 240, 720),
  crossing('S1', 'Sønderport', 'midtby', 0, -600),
  crossing('S2', 'Sydbroen vest', 'midtby', 340, -580),
  crossing('V1', 'Vestre Runddel', 'vestmark', -650, 70),
  crossing('V2', 'Skovporten', 'vestmark', -670, 390),
  crossing('V3', 'Landevejskrydset', 'vestmark', -480, 660),
  crossing('V4', 'Banevejskrydset', 'vestmark', -620, -240),
  crossing('V5', 'Mølleporten', 'vestmark', -380, -560),
  crossing('V6', 'Vestmark Centrum', 'vestmark', -1000, 120),
  crossing('V7', 'Vestmark Station', 'vestmark', -980, -260),
  crossing('E1', 'Nordbroen øst', 'osthavn', 590, 700),
  crossing('E2', 'Kornkajen', 'osthavn', 610, 400),
  crossing('E3', 'Midtbroen øst', 'osthavn', 620, 90),
  crossing('E4', 'Kulkajen', 'osthavn', 640, -230),
  crossing('E5', 'Sydbroen øst', 'osthavn', 680, -550),
  crossing('E6', 'Strandporten', 'osthavn', 920, 640),
  crossing('E7', 'Silopladsen', 'osthavn', 950, 330),
  crossing('E8', 'Havnetorvet', 'osthavn', 960, 20),
  crossing('E9', 'Dokkerne', 'osthavn', 1000, -310),
  crossing('E10', 'Færgehavnen', 'osthavn', 1230, 0),
];

export const gates: readonly Gate[] = [
  { code: 'G1', name: 'Søndre Landevej', east: -40, north: -1180 },
  { code: 'G2', name: 'Nordvestre Landevej', east: -820, north: 1120 },
  { code: 'G3', name: 'Nordre Landevej', east: -220, north: 1380 },
  { code: 'G4', name: 'Møllevej syd', east: -640, north: -1080 },
  { code: 'G5', name: 'Vestre Landevej', east: -1600, north: 190 },
  { code: 'G6', name: 'Banevej vest', east: -1520, north: -470 },
  { code: 'G7', name: 'Kajgade nord', east: 560, north: 1290 },
  { code: 'G8', name: 'Kajgade syd', east: 760, north: -1130 },
  { code: 'G9', name: 'Strandvejen', east: 1330, north: 1060 },
  { code: 'G10', name: 'Færgeterminalen', east: 1720, north: -60 },
];

const street = (
  name: string,
  rank: Rank,
  lanes: 1 | 2 | 3,
  freeFlowKph: number,
  through: string,
): Street => ({ name, rank, lanes, freeFlowKph, through: through.split(' ') });

export const streets: readonly Street[] = [
  {
    ...street('Nordre Ringvej', 1, 3, 60, 'V1 V2 V3 N1 N2 E1'),
    bridge: { name: 'Nordbroen', between: ['N2', 'E1'] },
  },
  street('Østre Ringvej', 1, 2, 60, 'E1 E6 E7 E8 E9 E5'),
  {
    ...street('Søndre Ringvej', 1, 2, 60, 'E5 S2 S1 V5 V4 V1'),
    bridge: { name: 'Sydbroen', between: ['E5', 'S2'] },
  },
  street('Vestergade', 2, 2, 50, 'G5 V6 V1 M7 M1 M5'),
  {
    ...street('Brogade', 2, 2, 50, 'M5 E3 E8 E10 G10'),
    bridge: { name: 'Midtbroen', between: ['M5', 'E3'] },
  },
  street('Nørregade', 2, 2, 50, 'G3 N1 M3 M2 M1'),
  street('Søndergade', 2, 2, 50, 'M1 M4 S1 G1'),
  street('Banevej', 2, 2, 50, 'G6 V7 V4 M9 M4 S2'),
  street('Kajgade', 2, 2, 50, 'G7 E1 E2 E3 E4 E5 G8'),
  street('Havneallé', 2, 2, 50, 'E2 E7 E10'),
  street('Landevejen', 2, 2, 60, 'V3 G2'),
  street('Strandvejen', 2, 2, 60, 'E6 G9'),
  street('Åboulevarden', 3, 2, 50, 'N2 M6 M5'),
  street('Dokvej', 3, 1, 40, 'E4 E9 E10'),
  street('Stiftsgade', 3, 1, 40, 'M7 M8 V3'),
  street('Klostervej', 3, 1, 40, 'V2 M8 M2'),
  street('Skovvej', 3, 1, 40, 'V7 V6 V2'),
  street('Parkgade', 3, 1, 30, 'M3 M6'),
  street('Møllevej', 3, 1, 50, 'M9 V5 G4'),
];

export const carParks: readonly CarPark[] = [
  park('Torvets P-kælder', 'M7 M1', 420, 'underground', 2800),
  park('Domkirkepladsen', 'M1 M2', 90, 'on-street', 2400),
  park('Nørreport P-hus', 'N1 M3', 560, 'car-park', 2000),
  park('Teatergaragen', 'M1 M4', 310, 'underground', 2600),
  park('Åparken', 'M6 M5', 64, 'on-street', 2200),
  park('Klostertorvet', 'V2 M8', 140, 'off-street', 1800),
  park('Banegårdens P-hus', 'V4 M9', 600, 'car-park', 1600),
  park('Vesterport', 'V1 M7', 76, 'on-street', 2000),
  park('Sønderport P-hus', 'M4 S1', 380, 'car-park', 1800),
  park('Vestmark Centrum', 'V1 V6', 480, 'off-street', undefined),
  park('Vestmark Station', 'V4 V7', 260, 'off-street', 800),
  park('Kornkajen', 'E1 E2', 120, 'on-street', 1600),
  park('Silopladsens P-hus', 'E2 E7', 450, 'car-park', 1400),
  park('Havnetorvet', 'E3 E8', 220, 'underground', 2000),
  park('Dokkerne', 'E8 E9', 180, 'off-street', 1000),
  park('Færgehavnens langtidsparkering', 'E8 E10', 600, 'off-street', 900),
];

export const stations: readonly WeatherStation[] = [
  station('Nordbroen', 'N2 E1'),
  station('Midtbroen', 'M5 E3'),
  station('Sydbroen', 'E5 S2'),
  station('Jernbaneunderføringen', 'M9 M4'),
  station('Møllevej, viadukten', 'V5 M9'),
  station('Kornkajen', 'E1 E2'),
  station('Kulkajen', 'E3 E4'),
  station('Dokkerne', 'E9 E10'),
  station('Torvet', 'M7 M1'),
  station('Åboulevarden', 'N2 M6'),
  station('Vestmark Centrum', 'V1 V6'),
  station('Vestre Landevej', 'G5 V6'),
];

function park(
  name: string,
  on: string,
  capacitySpaces: number,
  kind: CarPark['kind'],
  pricePerHourCents: number | undefined,
): CarPark {
  return { name, on: ends(on), capacitySpaces, kind, pricePerHourCents };
}

function station(name: string, on: string): WeatherStation {
  return { name, on: ends(on) };
}

function ends(on: string): [string, string] {
  const [from = '', to = ''] = on.split(' ');
  return [from, to];
}
