"""The jobs of the benchmark as a Quix Streams application."""

import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any

from fastavro import parse_schema, schemaless_reader
from quixstreams import Application
from quixstreams.models import Deserializer, SerializationContext

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


def main() -> None:
    job = os.environ["BENCH_JOB"]
    app = Application(
        broker_address=os.environ["BENCH_BROKERS"],
        consumer_group=f"{os.environ['BENCH_PREFIX']}-quix-streams",
        auto_offset_reset="earliest",
        processing_guarantee=os.environ["BENCH_GUARANTEE"],
        commit_interval=float(os.environ.get("X_COMMIT", 1.0)),
        state_dir=Path(os.environ["BENCH_STATE"]),
        consumer_extra_config=json.loads(os.environ.get("X_CONS", "{}")),
        loglevel=os.environ.get("X_LOG","WARNING"),
    )
    cabinets = read_cabinets(Path(os.environ["BENCH_REFERENCE"]))
    windows = HopWindows(cabinets) if job == "hop" else MinuteWindows(cabinets)
    topic = app.topic(os.environ["BENCH_TOPIC"], value_deserializer=FrameDeserializer())
    rows = app.dataframe(topic).apply(windows, stateful=True, expand=True)
    rows.sink(UpsertSink(os.environ["BENCH_DATABASE_URL"], TABLES[job]))
    app.run()


if __name__ == "__main__":
    main()
