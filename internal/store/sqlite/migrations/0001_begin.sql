-- +goose Up

-- Times are milliseconds since 1970. No column is ever NULL. Truth values are 0 and 1.

CREATE TABLE "event" (
    "seq"              INTEGER NOT NULL,
    "event_id"         TEXT NOT NULL,
    "type"             TEXT NOT NULL,
    "at"               INTEGER NOT NULL,
    "content_id"       TEXT NOT NULL,
    "version"          INTEGER NOT NULL,
    "target"           TEXT NOT NULL,
    "idempotency_key"  TEXT NOT NULL,
    "apply_seq"        INTEGER NOT NULL,
    "attempt"          INTEGER NOT NULL,
    "source"           TEXT NOT NULL,
    "reason"           TEXT NOT NULL,
    "data"             BLOB NOT NULL,
    "leaf"             BLOB NOT NULL,
    PRIMARY KEY ("seq")
) STRICT;

CREATE TABLE "log_head" (
    "name"             TEXT NOT NULL,
    "size"             INTEGER NOT NULL,
    "frontier"         BLOB NOT NULL,
    PRIMARY KEY ("name")
) STRICT, WITHOUT ROWID;

CREATE TABLE "content" (
    "content_id"       TEXT NOT NULL,
    "source"           TEXT NOT NULL,
    "version"          INTEGER NOT NULL,
    "content_hash"     TEXT NOT NULL,
    "updated_at"       INTEGER NOT NULL,
    PRIMARY KEY ("content_id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "revision" (
    "content_id"       TEXT NOT NULL,
    "version"          INTEGER NOT NULL,
    "content_hash"     TEXT NOT NULL,
    "event_seq"        INTEGER NOT NULL,
    "doc_hash"         TEXT NOT NULL,
    "doc_seq"          INTEGER NOT NULL,
    "rounds"           INTEGER NOT NULL,
    "gate"             TEXT NOT NULL,
    "policy"           TEXT NOT NULL,
    "verdict_seq"      INTEGER NOT NULL,
    "resubmit_until"   INTEGER NOT NULL,
    "withdrawn"        INTEGER NOT NULL CHECK ("withdrawn" IN (0, 1)),
    "idempotency_key"  TEXT NOT NULL,
    "targets"          TEXT NOT NULL,
    "at"               INTEGER NOT NULL,
    PRIMARY KEY ("content_id", "version")
) STRICT, WITHOUT ROWID;

CREATE TABLE "waiver" (
    "content_id"       TEXT NOT NULL,
    "rule"             TEXT NOT NULL,
    "hash"             TEXT NOT NULL,
    "reason"           TEXT NOT NULL,
    "actor"            TEXT NOT NULL,
    "until"            INTEGER NOT NULL,
    "at"               INTEGER NOT NULL,
    PRIMARY KEY ("content_id", "rule", "hash")
) STRICT, WITHOUT ROWID;

CREATE TABLE "publication" (
    "content_id"       TEXT NOT NULL,
    "target"           TEXT NOT NULL,
    "state"            TEXT NOT NULL,
    "desired"          INTEGER NOT NULL,
    "applied"          INTEGER NOT NULL,
    "last_seq"         INTEGER NOT NULL,
    "applied_version"  INTEGER NOT NULL,
    "fingerprint"      TEXT NOT NULL,
    "remote_id"        TEXT NOT NULL,
    "url"              TEXT NOT NULL,
    "slug"             TEXT NOT NULL,
    "rev"              TEXT NOT NULL,
    "epoch"            INTEGER NOT NULL,
    "public"           INTEGER NOT NULL CHECK ("public" IN (0, 1)),
    "hold"             INTEGER NOT NULL CHECK ("hold" IN (0, 1)),
    "swept"            INTEGER NOT NULL,
    "attempts"         INTEGER NOT NULL,
    "not_before"       INTEGER NOT NULL,
    "due_at"           INTEGER NOT NULL,
    "overwrite"        TEXT NOT NULL,
    "reason"           TEXT NOT NULL,
    "updated_at"       INTEGER NOT NULL,
    PRIMARY KEY ("content_id", "target")
) STRICT, WITHOUT ROWID;

CREATE TABLE "apply" (
    "content_id"       TEXT NOT NULL,
    "target"           TEXT NOT NULL,
    "seq"              INTEGER NOT NULL,
    "cause"            TEXT NOT NULL,
    "version"          INTEGER NOT NULL,
    "content_hash"     TEXT NOT NULL,
    "slug"             TEXT NOT NULL,
    "rollback_of"      INTEGER NOT NULL,
    "status"           TEXT NOT NULL,
    "idempotency_key"  TEXT NOT NULL,
    "at"               INTEGER NOT NULL,
    PRIMARY KEY ("content_id", "target", "seq")
) STRICT, WITHOUT ROWID;

CREATE TABLE "intent" (
    "content_id"       TEXT NOT NULL,
    "target"           TEXT NOT NULL,
    "id"               TEXT NOT NULL,
    "op"               TEXT NOT NULL,
    "apply_seq"        INTEGER NOT NULL,
    "fence"            INTEGER NOT NULL,
    "fingerprint"      TEXT NOT NULL,
    "remote_id"        TEXT NOT NULL,
    "rev"              TEXT NOT NULL,
    "at"               INTEGER NOT NULL,
    "resolution"       TEXT NOT NULL,
    "evidence"         TEXT NOT NULL,
    PRIMARY KEY ("content_id", "target", "id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "slug" (
    "scope"            TEXT NOT NULL,
    "slug_key"         TEXT NOT NULL,
    "content_id"       TEXT NOT NULL,
    "target"           TEXT NOT NULL,
    "slug"             TEXT NOT NULL,
    PRIMARY KEY ("scope", "slug_key")
) STRICT, WITHOUT ROWID;

CREATE TABLE "old_slug" (
    "scope"            TEXT NOT NULL,
    "slug_key"         TEXT NOT NULL,
    "content_id"       TEXT NOT NULL,
    "target"           TEXT NOT NULL,
    PRIMARY KEY ("scope", "slug_key")
) STRICT, WITHOUT ROWID;

CREATE TABLE "tombstone" (
    "target"           TEXT NOT NULL,
    "remote_id"        TEXT NOT NULL,
    "content_id"       TEXT NOT NULL,
    "at"               INTEGER NOT NULL,
    PRIMARY KEY ("target", "remote_id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "dead_letter" (
    "id"               TEXT NOT NULL,
    "content_id"       TEXT NOT NULL,
    "target"           TEXT NOT NULL,
    "apply_seq"        INTEGER NOT NULL,
    "class"            TEXT NOT NULL,
    "reason"           TEXT NOT NULL,
    "advice"           TEXT NOT NULL,
    "attempts"         TEXT NOT NULL,
    "status"           TEXT NOT NULL,
    "at"               INTEGER NOT NULL,
    PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "delivery" (
    "source"           TEXT NOT NULL,
    "id"               TEXT NOT NULL,
    "body_sha256"      TEXT NOT NULL,
    "status"           INTEGER NOT NULL,
    "answer"           BLOB NOT NULL,
    "at"               INTEGER NOT NULL,
    PRIMARY KEY ("source", "id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "lease" (
    "content_id"       TEXT NOT NULL,
    "target"           TEXT NOT NULL,
    "fence"            INTEGER NOT NULL,
    "apply_seq"        INTEGER NOT NULL,
    "owner"            TEXT NOT NULL,
    "until"            INTEGER NOT NULL,
    "crashes"          INTEGER NOT NULL,
    PRIMARY KEY ("content_id", "target")
) STRICT, WITHOUT ROWID;

CREATE TABLE "pace" (
    "target"           TEXT NOT NULL,
    "until"            INTEGER NOT NULL,
    PRIMARY KEY ("target")
) STRICT, WITHOUT ROWID;

CREATE TABLE "node" (
    "id"               TEXT NOT NULL,
    "beat"             INTEGER NOT NULL,
    PRIMARY KEY ("id")
) STRICT, WITHOUT ROWID;

CREATE TABLE "setting" (
    "name"             TEXT NOT NULL,
    "value"            TEXT NOT NULL,
    PRIMARY KEY ("name")
) STRICT, WITHOUT ROWID;

-- None of these is partial: conditions come as parameters, and a planner takes a partial index only for a condition it
-- can read.
CREATE UNIQUE INDEX "event_by_event_id" ON "event" ("event_id");
CREATE INDEX "event_by_content_id" ON "event" ("content_id", "seq");
CREATE INDEX "event_by_idempotency_key" ON "event" ("idempotency_key");
CREATE INDEX "revision_by_idempotency_key" ON "revision" ("idempotency_key");
CREATE INDEX "revision_by_gate" ON "revision" ("gate");
CREATE INDEX "publication_by_due_at" ON "publication" ("due_at");
CREATE INDEX "intent_by_resolution" ON "intent" ("resolution");
CREATE INDEX "slug_by_content_id" ON "slug" ("content_id");
CREATE INDEX "tombstone_by_content_id" ON "tombstone" ("content_id");
CREATE INDEX "dead_letter_by_content_id" ON "dead_letter" ("content_id");
CREATE INDEX "delivery_by_at" ON "delivery" ("at");

INSERT INTO "log_head" ("name", "size", "frontier") VALUES ('log', 0, x'');

-- +goose StatementBegin
CREATE TRIGGER "event_is_never_updated" BEFORE UPDATE ON "event"
BEGIN
    SELECT RAISE(ABORT, 'the event log is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER "event_is_never_deleted" BEFORE DELETE ON "event"
BEGIN
    SELECT RAISE(ABORT, 'the event log is append-only');
END;
-- +goose StatementEnd
