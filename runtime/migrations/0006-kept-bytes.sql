-- The memory of a task is bytes: as JSON text it was a third longer, and PostgreSQL compressed it at every save.

ALTER TABLE kept_state ADD COLUMN bytes bytea;
ALTER TABLE kept_state ALTER COLUMN bytes SET STORAGE EXTERNAL;
ALTER TABLE kept_state ALTER COLUMN value DROP NOT NULL;
