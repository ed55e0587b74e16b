// Package store keeps nights in one SQLite file.
//
// The file is what a pipeline carries from night to night. One that is missing, or is something else, is an
// error and never replaced: a trend that lost its past must not look like one that begins.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"time"

	"modernc.org/sqlite" // which is the driver, too
	sqlite3 "modernc.org/sqlite/lib"
)

// A Store is an open file. Several processes may have it open and add to it.
type Store struct {
	db   *sql.DB
	path string
}

// patience is how long one waits for another that writes.
var patience = 30 * time.Second

// Open opens the store at the path, and brings it up to date. One that is may be read-only, until it is added to.
func Open(ctx context.Context, path string) (*Store, error) {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no store of nights at %s: bring back the one of the last night, or begin a new one with --new, whose trend has no past: %w", path, fs.ErrNotExist)
	case err != nil:
		return nil, fmt.Errorf("open the store of nights: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("open the store of nights: %s is no file", path)
	}
	s, err := connect(path)
	if err != nil {
		return nil, err
	}
	if err := s.check(ctx); err != nil {
		return nil, errors.Join(s.wrong(err), s.Close())
	}
	if err := migrate(ctx, s.db); err != nil {
		return nil, errors.Join(s.wrong(err), s.Close())
	}
	return s, nil
}

// Create begins a store at the path, where nothing may be yet.
func Create(ctx context.Context, path string) (*Store, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, fmt.Errorf("begin a store of nights: leave out --new to go on with one: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("begin a store of nights: %w", err)
	}
	s, err := connect(path)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, s.db); err != nil {
		return nil, errors.Join(s.wrong(err), s.Close(), os.Remove(path))
	}
	return s, nil
}

// connect does not touch the file yet. Transactions that write take the lock when they begin, so that two of them
// wait for each other instead of failing; a journal beside the file exists only while one writes.
func connect(path string) (*Store, error) {
	options := url.Values{
		"_txlock": {"immediate"},
		"_pragma": {fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()), "foreign_keys(1)", "journal_mode(DELETE)", "synchronous(FULL)"},
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: options.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open the store of nights at %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	return &Store{db, path}, nil
}

// check tells whether the file is a store, and whole.
func (s *Store) check(ctx context.Context) error {
	var id int
	if err := s.db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if id != application {
		return errors.New("it is not one: it was not begun by --new, or is empty")
	}
	var found string
	if err := s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return err
	}
	if found != "ok" {
		return fmt.Errorf("it is damaged (%s): bring back an older one", found)
	}
	return nil
}

func (s *Store) wrong(err error) error {
	return fmt.Errorf("open the store of nights at %s: %w", s.path, advised(err))
}

// advised says besides what to do about what SQLite refuses (sqlite.org/rescode.html).
func advised(err error) error {
	var refused *sqlite.Error
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("another process has it for longer than %v: try again when that ended: %w", patience, err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("it cannot be written: who adds a night must be allowed to write the file and its folder: %w", err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("there is no room left on the disk: %w", err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("it is damaged, or no store: bring back an older one: %w", err)
	}
	return err
}

// Close waits for nothing.
func (s *Store) Close() error { return s.db.Close() }
