"""A sink that writes the rows of a checkpoint into the table with COPY and one upsert."""

from typing import Any

import psycopg
from quixstreams.models import HeadersTuples
from quixstreams.sinks import BaseSink

from measures import Row

TABLES = {"frames": "link_minute", "single": "link_minute", "hop": "link_hop"}
KEY = ("link", "window_start")


class UpsertSink(BaseSink):
    """Unlike with a BatchingSink, the rows of all partitions are in one transaction."""

    def __init__(self, database_url: str, table: str):
        super().__init__()
        self._database_url = database_url
        self._table = table
        self._rows: list[Row] = []

    def setup(self) -> None:
        self._connection = psycopg.connect(self._database_url)
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE stage (LIKE {self._table}) ON COMMIT DELETE ROWS")
            cursor.execute(f"SELECT * FROM {self._table} LIMIT 0")
            columns = [column.name for column in cursor.description]
        rest = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns if column not in KEY)
        self._upsert = (
            f"INSERT INTO {self._table} SELECT * FROM stage ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {rest}"
        )

    def add(
        self,
        value: Row,
        key: Any,
        timestamp: int,
        headers: HeadersTuples,
        topic: str,
        partition: int,
        offset: int,
    ) -> None:
        self._rows.append(value)

    def flush(self) -> None:
        if not self._rows:
            return
        with self._connection.transaction(), self._connection.cursor() as cursor:
            with cursor.copy("COPY stage FROM STDIN") as copy:
                for row in self._rows:
                    copy.write_row(row)
            cursor.execute(self._upsert)
        self._rows.clear()

    def on_paused(self) -> None:
        self._rows.clear()
