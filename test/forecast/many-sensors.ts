/** How long a tick of a large city takes, and how much is known of each of its sensors. */
import { Chance } from '#domain/forecast/chance.ts';
import type { History } from '#domain/forecast/curriculum.ts';
import { Forecaster, nothingSaid } from '#domain/forecast/forecaster.ts';
import { type NetworkModel, shapeOf } from '#domain/forecast/network-model.ts';
import { weightCount } from '#domain/forecast/perceptron.ts';
import { scopes } from '#domain/forecast/subject.ts';
import { town } from '#domain/forecast/town.fixture.ts';

export interface ManySensors {
  readonly sensors: number;
  readonly ticks: number;
  /** Networks that are asked. */
  readonly members: number;
  /** What the median tick takes of one core: to take it in, and to forecast every sensor at each horizon. */
  readonly cpuSeconds: number;
  readonly bytesASensor: number;
}

const { pace } = scopes.link;
/** A town is lived in for so long; its links are then those of the city, over and over. */
const [townLinks, townDays] = [32, 15];
/** As many as a city is taught at most, so that no city is slower. */
const members = 4;
const neighbourSteps = [-3, -2, -1, 1, 2, 3] as const;

/** A city of so many links, each as one of a small town was, under a network whose weights are drawn by chance. */
export function timeManySensors(sensors: number, ticks: number): ManySensors {
  const history = town(pace, townLinks, townDays, 1);
  const learned = history.ticks.length - ticks;
  const forecaster = cityFrom(history, learned, sensors);
  const measured = new Float32Array(sensors);
  const seconds: number[] = [];
  for (let t = learned; t < history.ticks.length; t++) {
    for (let sensor = 0; sensor < sensors; sensor++)
      measured[sensor] = history.values[t * townLinks + (sensor % townLinks)]!;
    const before = process.cpuUsage();
    forecaster.take(history.ticks[t]!, measured, sensors);
    forecastAll(forecaster, sensors);
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  seconds.sort((a, b) => a - b);
  return {
    ...{ sensors, ticks, members, cpuSeconds: seconds[ticks >> 1]! },
    bytesASensor: forecaster.ground.columns.bytesASensor,
  };
}

/** A forecaster of the city that knows of each link what is known of one of the town after so many ticks. */
function cityFrom(history: History, learned: number, sensors: number): Forecaster {
  const small = new Forecaster(pace);
  small.employ(modelOf(townLinks), placesOf(townLinks));
  for (let t = 0; t < learned; t++) {
    small.take(
      history.ticks[t]!,
      history.values.subarray(t * townLinks, (t + 1) * townLinks) as Float32Array,
      townLinks,
    );
    forecastAll(small, townLinks);
  }
  const city = new Forecaster(pace);
  city.ground.columns.grow(sensors);
  const known = Array.from({ length: townLinks }, (_, link) => small.ground.columns.save(link));
  for (let sensor = 0; sensor < sensors; sensor++)
    city.ground.columns.restore(sensor, known[sensor % townLinks]!);
  city.restore(small.save());
  city.employ(modelOf(sensors), placesOf(sensors));
  return city;
}

const said = nothingSaid();

function forecastAll(forecaster: Forecaster, sensors: number): void {
  for (let sensor = 0; sensor < sensors; sensor++)
    for (let horizon = 0; horizon < pace.horizons.length; horizon++)
      forecaster.forecast(sensor, horizon, said);
}

const placesOf = (sensors: number): Map<string, number> =>
  new Map(Array.from({ length: sensors }, (_, sensor) => [`S${sensor}`, sensor]));

/** Weights by chance cost as much to ask as those that are learned. */
function modelOf(sensors: number): NetworkModel {
  const shape = shapeOf(pace);
  const chance = new Chance(3);
  const weights = (): Float32Array =>
    Float32Array.from({ length: weightCount(shape) }, () => 0.05 * chance.normal());
  const around = (sensor: number): string[] =>
    neighbourSteps.map((step) => `S${(sensor + step + sensors) % sensors}`);
  return {
    ...{ name: 'chance', pace, shape },
    means: new Float32Array(shape.inputs),
    scales: new Float32Array(shape.inputs).fill(1),
    members: Array.from({ length: members }, weights),
    neighbours: new Map(Array.from({ length: sensors }, (_, sensor) => [`S${sensor}`, around(sensor)])),
  };
}
