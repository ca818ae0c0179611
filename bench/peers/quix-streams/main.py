"""The jobs of the benchmark as a Quix Streams application."""

import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any

from fastavro import parse_schema, schemaless_reader
from quixstreams import Application
from quixstreams.models import Deserializer, SerializationContext
from quixstreams.state.rocksdb import RocksDBOptions

from reference import read_cabinets
from sink import TABLES, UpsertSink
from windows import HopWindows, MinuteWindows

SCHEMA_FILE = Path(__file__).parents[3] / "schemas" / "avro" / "detector.frame.v1.avsc"
# The magic byte and the schema's id.
HEADER_BYTES = 5


class FrameDeserializer(Deserializer):
    """Reads a frame; times stay integers."""

    def __init__(self) -> None:
        super().__init__()
        schema = json.loads(SCHEMA_FILE.read_text())
        for field in schema["fields"]:
            if field["name"] == "at":
                field["type"] = "long"
        self._schema = parse_schema(schema)

    def __call__(self, value: bytes, ctx: SerializationContext) -> dict[str, Any]:
        stream = BytesIO(value)
        stream.seek(HEADER_BYTES)
        return schemaless_reader(stream, self._schema, None)


def application() -> Application:
    name = f"{os.environ['BENCH_PREFIX']}-quix-streams"
    guarantee = os.environ["BENCH_GUARANTEE"]
    # With names that stay, a process that is started again after a kill takes the place of the old one at once.
    producer = {"transactional.id": name} if guarantee == "exactly-once" else {}
    return Application(
        broker_address=os.environ["BENCH_BROKERS"],
        consumer_group=name,
        auto_offset_reset="earliest",
        processing_guarantee=guarantee,
        commit_interval=1.0,
        consumer_extra_config={"group.instance.id": name},
        producer_extra_config=producer,
        state_dir=Path(os.environ["BENCH_STATE"]),
        rocksdb_options=RocksDBOptions(use_fsync=False),
        loglevel="WARNING",
    )


def main() -> None:
    job = os.environ["BENCH_JOB"]
    cabinets = read_cabinets(Path(os.environ["BENCH_REFERENCE"]))
    windows = HopWindows(cabinets) if job == "hop" else MinuteWindows(cabinets)
    app = application()
    topic = app.topic(os.environ["BENCH_TOPIC"], value_deserializer=FrameDeserializer())
    rows = app.dataframe(topic).apply(windows, stateful=True, expand=True)
    rows.sink(UpsertSink(os.environ["BENCH_DATABASE_URL"], TABLES[job]))
    app.run()


if __name__ == "__main__":
    main()
