-- Ids are TEXT (UUID version 7), times BIGINT milliseconds since 1970, hashes and blobs BLOB.
-- migrations/postgres holds the same tables in the other dialect.

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    -- What one signs in with; NULL for the nameless local person and after erasure.
    name TEXT UNIQUE,
    display TEXT NOT NULL,
    role TEXT NOT NULL,
    standing TEXT NOT NULL,
    pseudonym TEXT NOT NULL UNIQUE,
    password TEXT,
    failures BIGINT NOT NULL DEFAULT 0,
    locked_until_ms BIGINT NOT NULL DEFAULT 0,
    preferences TEXT NOT NULL DEFAULT '{}',
    quota_queued BIGINT,
    quota_daily BIGINT,
    quota_bytes BIGINT,
    pictures BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    -- Where the person's last order ends on the queue's virtual clock.
    finish BIGINT NOT NULL DEFAULT 0,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL
);

CREATE TABLE sessions (
    hash BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES people (id),
    note TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX sessions_of ON sessions (person);

CREATE TABLE api_keys (
    hash BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES people (id),
    prefix TEXT NOT NULL,
    label TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT,
    expires_ms BIGINT
);
CREATE INDEX api_keys_of ON api_keys (person);

CREATE TABLE invitations (
    hash BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    inviter TEXT,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    accepted_by TEXT
);

-- One row: how far the queue has served, on its virtual clock.
CREATE TABLE queue_clock (
    id BIGINT PRIMARY KEY,
    virtual BIGINT NOT NULL
);
INSERT INTO queue_clock (id, virtual) VALUES (1, 0);

CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    cost BIGINT NOT NULL,
    tag BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    max_attempts BIGINT NOT NULL,
    not_before_ms BIGINT NOT NULL,
    lease TEXT,
    worker TEXT,
    lease_until_ms BIGINT,
    done BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    cancel_ms BIGINT,
    created_ms BIGINT NOT NULL,
    started_ms BIGINT,
    finished_ms BIGINT,
    result TEXT,
    failure TEXT,
    idempotency TEXT,
    entry BIGINT NOT NULL,
    UNIQUE (person, idempotency)
);
CREATE INDEX jobs_in_turn ON jobs (state, tag, seq);
CREATE INDEX jobs_of ON jobs (person, seq);
CREATE INDEX jobs_since ON jobs (person, created_ms);
CREATE INDEX jobs_finished ON jobs (kind, state, finished_ms);

CREATE TABLE workers (
    id TEXT PRIMARY KEY,
    kinds TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL
);

CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    blob TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX uploads_blob ON uploads (blob);
CREATE INDEX uploads_expire ON uploads (expires_ms);

CREATE TABLE pictures (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES people (id),
    job TEXT REFERENCES jobs (id),
    place BIGINT NOT NULL,
    parent TEXT,
    blob TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    width_px BIGINT NOT NULL,
    height_px BIGINT NOT NULL,
    prompt TEXT NOT NULL,
    -- The prompt as the search sees it: folded, one space between words.
    folded TEXT NOT NULL,
    parameters TEXT NOT NULL,
    vector BLOB,
    favourite BIGINT NOT NULL DEFAULT 0,
    created_ms BIGINT NOT NULL,
    purge_ms BIGINT,
    entry BIGINT NOT NULL,
    -- A job that is done again keeps each of its pictures once.
    UNIQUE (job, place)
);
CREATE INDEX pictures_of ON pictures (person, seq);
CREATE INDEX pictures_favourite ON pictures (person, favourite, seq);
CREATE INDEX pictures_created ON pictures (created_ms, seq);
CREATE INDEX pictures_parent ON pictures (parent) WHERE parent IS NOT NULL;
CREATE INDEX pictures_blob ON pictures (blob);
CREATE INDEX pictures_purge ON pictures (purge_ms) WHERE purge_ms IS NOT NULL;

CREATE TABLE picture_files (
    picture TEXT NOT NULL REFERENCES pictures (id),
    name TEXT NOT NULL,
    blob TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    PRIMARY KEY (picture, name)
);
CREATE INDEX picture_files_blob ON picture_files (blob);

-- How a picture that comes back is recognised: digests, watermark, number in the label. Outlives the picture.
CREATE TABLE picture_marks (
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    picture TEXT NOT NULL,
    entry BIGINT NOT NULL,
    PRIMARY KEY (kind, value, picture)
) WITHOUT ROWID;
CREATE INDEX picture_marks_of ON picture_marks (picture);

-- The inverted index of prompts: pairs of Chinese characters, words of other scripts.
CREATE TABLE picture_words (
    word TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (word, seq)
) WITHOUT ROWID;
CREATE INDEX picture_words_of ON picture_words (seq);

CREATE TABLE boards (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    title TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE INDEX boards_of ON boards (person);

CREATE TABLE board_pictures (
    board TEXT NOT NULL REFERENCES boards (id),
    seq BIGINT NOT NULL REFERENCES pictures (seq),
    PRIMARY KEY (board, seq)
) WITHOUT ROWID;
CREATE INDEX board_pictures_of ON board_pictures (seq);

-- One row that every append takes first, so that entries have one order.
CREATE TABLE ledger_head (
    id BIGINT PRIMARY KEY,
    size BIGINT NOT NULL,
    previous BLOB NOT NULL
);
INSERT INTO ledger_head (id, size, previous)
VALUES (1, 0, x'0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE ledger_entries (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    -- The canonical JSON that is hashed; the columns beside it only find it.
    body TEXT NOT NULL
);
CREATE INDEX ledger_entries_subject ON ledger_entries (subject, seq);
CREATE INDEX ledger_entries_kind ON ledger_entries (kind, seq);

-- Hashes of complete subtrees of the Merkle tree; level 0 are the leaves.
CREATE TABLE ledger_nodes (
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, place)
) WITHOUT ROWID;

CREATE TABLE ledger_checkpoints (
    size BIGINT PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    note TEXT NOT NULL
);

-- Salts and values behind the commitments of entries. The only part of the ledger that may be erased.
CREATE TABLE ledger_openings (
    seq BIGINT NOT NULL,
    name TEXT NOT NULL,
    salt BLOB NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (seq, name)
) WITHOUT ROWID;

CREATE TRIGGER ledger_entries_kept BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entries_held BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_nodes_kept BEFORE UPDATE ON ledger_nodes
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_nodes_held BEFORE DELETE ON ledger_nodes
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_checkpoints_kept BEFORE UPDATE ON ledger_checkpoints
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_checkpoints_held BEFORE DELETE ON ledger_checkpoints
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_openings_kept BEFORE UPDATE ON ledger_openings
BEGIN SELECT RAISE(ABORT, 'an opening may be erased, not changed'); END;
