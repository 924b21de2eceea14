-- +goose Up

-- Times are milliseconds since 1970. No column is ever NULL. Text is ordered by its bytes, as in SQLite and in Go.

CREATE TABLE "event" (
    "seq"              bigint NOT NULL,
    "event_id"         text COLLATE "C" NOT NULL,
    "type"             text COLLATE "C" NOT NULL,
    "at"               bigint NOT NULL,
    "content_id"       text COLLATE "C" NOT NULL,
    "version"          bigint NOT NULL,
    "target"           text COLLATE "C" NOT NULL,
    "idempotency_key"  text COLLATE "C" NOT NULL,
    "apply_seq"        bigint NOT NULL,
    "attempt"          bigint NOT NULL,
    "source"           text COLLATE "C" NOT NULL,
    "reason"           text COLLATE "C" NOT NULL,
    "data"             bytea NOT NULL,
    "leaf"             bytea NOT NULL,
    PRIMARY KEY ("seq")
);

CREATE TABLE "log_head" (
    "name"             text COLLATE "C" NOT NULL,
    "size"             bigint NOT NULL,
    "frontier"         bytea NOT NULL,
    PRIMARY KEY ("name")
);

CREATE TABLE "content" (
    "content_id"       text COLLATE "C" NOT NULL,
    "source"           text COLLATE "C" NOT NULL,
    "version"          bigint NOT NULL,
    "content_hash"     text COLLATE "C" NOT NULL,
    "updated_at"       bigint NOT NULL,
    PRIMARY KEY ("content_id")
);

CREATE TABLE "revision" (
    "content_id"       text COLLATE "C" NOT NULL,
    "version"          bigint NOT NULL,
    "content_hash"     text COLLATE "C" NOT NULL,
    "event_seq"        bigint NOT NULL,
    "doc_hash"         text COLLATE "C" NOT NULL,
    "doc_seq"          bigint NOT NULL,
    "rounds"           bigint NOT NULL,
    "gate"             text COLLATE "C" NOT NULL,
    "policy"           text COLLATE "C" NOT NULL,
    "verdict_seq"      bigint NOT NULL,
    "resubmit_until"   bigint NOT NULL,
    "withdrawn"        boolean NOT NULL,
    "idempotency_key"  text COLLATE "C" NOT NULL,
    "targets"          text COLLATE "C" NOT NULL,
    "at"               bigint NOT NULL,
    PRIMARY KEY ("content_id", "version")
);

CREATE TABLE "waiver" (
    "content_id"       text COLLATE "C" NOT NULL,
    "rule"             text COLLATE "C" NOT NULL,
    "hash"             text COLLATE "C" NOT NULL,
    "reason"           text COLLATE "C" NOT NULL,
    "actor"            text COLLATE "C" NOT NULL,
    "until"            bigint NOT NULL,
    "at"               bigint NOT NULL,
    PRIMARY KEY ("content_id", "rule", "hash")
);

CREATE TABLE "publication" (
    "content_id"       text COLLATE "C" NOT NULL,
    "target"           text COLLATE "C" NOT NULL,
    "state"            text COLLATE "C" NOT NULL,
    "desired"          bigint NOT NULL,
    "applied"          bigint NOT NULL,
    "last_seq"         bigint NOT NULL,
    "applied_version"  bigint NOT NULL,
    "fingerprint"      text COLLATE "C" NOT NULL,
    "remote_id"        text COLLATE "C" NOT NULL,
    "url"              text COLLATE "C" NOT NULL,
    "slug"             text COLLATE "C" NOT NULL,
    "rev"              text COLLATE "C" NOT NULL,
    "epoch"            bigint NOT NULL,
    "public"           boolean NOT NULL,
    "hold"             boolean NOT NULL,
    "swept"            bigint NOT NULL,
    "attempts"         bigint NOT NULL,
    "not_before"       bigint NOT NULL,
    "due_at"           bigint NOT NULL,
    "overwrite"        text COLLATE "C" NOT NULL,
    "reason"           text COLLATE "C" NOT NULL,
    "updated_at"       bigint NOT NULL,
    PRIMARY KEY ("content_id", "target")
);

CREATE TABLE "apply" (
    "content_id"       text COLLATE "C" NOT NULL,
    "target"           text COLLATE "C" NOT NULL,
    "seq"              bigint NOT NULL,
    "cause"            text COLLATE "C" NOT NULL,
    "version"          bigint NOT NULL,
    "content_hash"     text COLLATE "C" NOT NULL,
    "slug"             text COLLATE "C" NOT NULL,
    "rollback_of"      bigint NOT NULL,
    "status"           text COLLATE "C" NOT NULL,
    "idempotency_key"  text COLLATE "C" NOT NULL,
    "at"               bigint NOT NULL,
    PRIMARY KEY ("content_id", "target", "seq")
);

CREATE TABLE "intent" (
    "content_id"       text COLLATE "C" NOT NULL,
    "target"           text COLLATE "C" NOT NULL,
    "id"               text COLLATE "C" NOT NULL,
    "op"               text COLLATE "C" NOT NULL,
    "apply_seq"        bigint NOT NULL,
    "fence"            bigint NOT NULL,
    "fingerprint"      text COLLATE "C" NOT NULL,
    "remote_id"        text COLLATE "C" NOT NULL,
    "rev"              text COLLATE "C" NOT NULL,
    "at"               bigint NOT NULL,
    "resolution"       text COLLATE "C" NOT NULL,
    "evidence"         text COLLATE "C" NOT NULL,
    PRIMARY KEY ("content_id", "target", "id")
);

CREATE TABLE "slug" (
    "scope"            text COLLATE "C" NOT NULL,
    "slug_key"         text COLLATE "C" NOT NULL,
    "content_id"       text COLLATE "C" NOT NULL,
    "target"           text COLLATE "C" NOT NULL,
    "slug"             text COLLATE "C" NOT NULL,
    PRIMARY KEY ("scope", "slug_key")
);

CREATE TABLE "old_slug" (
    "scope"            text COLLATE "C" NOT NULL,
    "slug_key"         text COLLATE "C" NOT NULL,
    "content_id"       text COLLATE "C" NOT NULL,
    "target"           text COLLATE "C" NOT NULL,
    PRIMARY KEY ("scope", "slug_key")
);

CREATE TABLE "tombstone" (
    "target"           text COLLATE "C" NOT NULL,
    "remote_id"        text COLLATE "C" NOT NULL,
    "content_id"       text COLLATE "C" NOT NULL,
    "at"               bigint NOT NULL,
    PRIMARY KEY ("target", "remote_id")
);

CREATE TABLE "dead_letter" (
    "id"               text COLLATE "C" NOT NULL,
    "content_id"       text COLLATE "C" NOT NULL,
    "target"           text COLLATE "C" NOT NULL,
    "apply_seq"        bigint NOT NULL,
    "class"            text COLLATE "C" NOT NULL,
    "reason"           text COLLATE "C" NOT NULL,
    "advice"           text COLLATE "C" NOT NULL,
    "attempts"         text COLLATE "C" NOT NULL,
    "status"           text COLLATE "C" NOT NULL,
    "at"               bigint NOT NULL,
    PRIMARY KEY ("id")
);

CREATE TABLE "delivery" (
    "source"           text COLLATE "C" NOT NULL,
    "id"               text COLLATE "C" NOT NULL,
    "body_sha256"      text COLLATE "C" NOT NULL,
    "status"           bigint NOT NULL,
    "answer"           bytea NOT NULL,
    "at"               bigint NOT NULL,
    PRIMARY KEY ("source", "id")
);

CREATE TABLE "lease" (
    "content_id"       text COLLATE "C" NOT NULL,
    "target"           text COLLATE "C" NOT NULL,
    "fence"            bigint NOT NULL,
    "apply_seq"        bigint NOT NULL,
    "owner"            text COLLATE "C" NOT NULL,
    "until"            bigint NOT NULL,
    "crashes"          bigint NOT NULL,
    PRIMARY KEY ("content_id", "target")
);

CREATE TABLE "pace" (
    "target"           text COLLATE "C" NOT NULL,
    "until"            bigint NOT NULL,
    PRIMARY KEY ("target")
);

CREATE TABLE "node" (
    "id"               text COLLATE "C" NOT NULL,
    "beat"             bigint NOT NULL,
    PRIMARY KEY ("id")
);

CREATE TABLE "setting" (
    "name"             text COLLATE "C" NOT NULL,
    "value"            text COLLATE "C" NOT NULL,
    PRIMARY KEY ("name")
);

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

INSERT INTO "log_head" ("name", "size", "frontier") VALUES ('log', 0, '');

-- +goose StatementBegin
CREATE FUNCTION "event_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only';
END
$$;
-- +goose StatementEnd

CREATE TRIGGER "event_is_never_changed" BEFORE UPDATE OR DELETE ON "event"
    FOR EACH ROW EXECUTE FUNCTION "event_is_append_only"();

CREATE TRIGGER "event_is_never_emptied" BEFORE TRUNCATE ON "event"
    FOR EACH STATEMENT EXECUTE FUNCTION "event_is_append_only"();
