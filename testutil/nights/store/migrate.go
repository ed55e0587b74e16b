package store

import (
	"context"
	"database/sql"
	"fmt"
)

// application marks the file as a store of nights: "ngts" in SQLite's header (PRAGMA application_id).
const application = 0x6e677473

// migrations lead from each version of the schema to the next; the version of a file is how many were applied
// (PRAGMA user_version). One that was released is never changed.
var migrations = []string{`
	CREATE TABLE night (
		id       TEXT PRIMARY KEY,
		began    TEXT NOT NULL, -- RFC 3339, UTC
		took_ns  INTEGER NOT NULL,
		kind     TEXT NOT NULL, -- of the target: embedded or remote
		api      TEXT NOT NULL, -- of a remote target
		suite    TEXT NOT NULL,
		revision TEXT NOT NULL, -- '' if it is not known
		decision TEXT NOT NULL,
		gaps     INTEGER NOT NULL,
		digest   TEXT NOT NULL  -- SHA-256 of the night as JSON
	) STRICT;
	CREATE TABLE story (
		night   TEXT NOT NULL REFERENCES night ON DELETE CASCADE,
		place   INTEGER NOT NULL, -- within the night, from 0
		package TEXT NOT NULL,
		name    TEXT NOT NULL,
		attempt INTEGER NOT NULL,
		red     INTEGER NOT NULL,
		took_ns INTEGER NOT NULL,
		samples TEXT NOT NULL, -- JSON: by phase, ascending microseconds
		PRIMARY KEY (night, place)
	) STRICT, WITHOUT ROWID;
	CREATE TABLE phase (
		night     TEXT NOT NULL REFERENCES night ON DELETE CASCADE,
		place     INTEGER NOT NULL,
		name      TEXT NOT NULL,
		budget_ns INTEGER NOT NULL,
		count     INTEGER NOT NULL,
		p50_ns    INTEGER NOT NULL,
		p95_ns    INTEGER NOT NULL,
		p99_ns    INTEGER NOT NULL,
		max_ns    INTEGER NOT NULL,
		histogram BLOB NOT NULL, -- HdrHistogram V2, compressed, base64; microseconds
		PRIMARY KEY (night, place)
	) STRICT, WITHOUT ROWID;
	CREATE TABLE finding (
		night TEXT NOT NULL REFERENCES night ON DELETE CASCADE,
		place INTEGER NOT NULL,
		rule  TEXT NOT NULL,
		hard  INTEGER NOT NULL,
		times INTEGER NOT NULL,
		PRIMARY KEY (night, place)
	) STRICT, WITHOUT ROWID;
	CREATE INDEX night_by_target ON night (kind, api, began);`,
}

// migrate brings the file to the newest version, in one transaction. Of a new file it makes a store. It does not
// write what is up to date.
func migrate(ctx context.Context, db *sql.DB) error {
	if current, err := versionOf(db.QueryRowContext(ctx, version)); err != nil || current == len(migrations) {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	current, err := versionOf(tx.QueryRowContext(ctx, version)) // which another may have changed meanwhile
	if err != nil {
		return err
	}
	for _, step := range migrations[current:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("bring it from version %d to %d: %w", current, len(migrations), err)
		}
	}
	// A PRAGMA takes no parameters.
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d", len(migrations), application)); err != nil {
		return err
	}
	return tx.Commit()
}

const version = "PRAGMA user_version"

// versionOf fails for one that is not known.
func versionOf(row *sql.Row) (current int, err error) {
	if err := row.Scan(&current); err != nil {
		return 0, err
	}
	if current < 0 || current > len(migrations) {
		return 0, fmt.Errorf("it has version %d and this suite knows %d: use the suite that wrote it, or a newer one", current, len(migrations))
	}
	return current, nil
}
