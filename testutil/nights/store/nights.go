package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/netra-systems/staging-e2e/testutil/nights"
)

// moment is RFC 3339 of one width, so that its text sorts as its time.
const moment = "2006-01-02T15:04:05.000000000Z"

// Add keeps a night, whole or not at all. A night that is there already is not kept twice, and Add says so; another
// night of the same id is an error, and so is the same night under another id.
func (s *Store) Add(ctx context.Context, n nights.Night) (added bool, err error) {
	digest, err := n.Digest()
	if err != nil {
		return false, err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return false, s.adding(n, err)
	}
	defer tx.Rollback()
	var known string
	switch err := tx.QueryRowContext(ctx, "SELECT digest FROM night WHERE id = ?", n.ID).Scan(&known); {
	case err == nil && known == digest:
		return false, nil
	case err == nil:
		return false, s.adding(n, errors.New("there is one of that id with other results: give this one an id of its own with --night"))
	case !errors.Is(err, sql.ErrNoRows):
		return false, s.adding(n, err)
	}
	var same string
	switch err := tx.QueryRowContext(ctx, "SELECT id FROM night WHERE kind = ? AND api = ? AND began = ?", n.Target.Kind, n.Target.API, n.Began.UTC().Format(moment)).Scan(&same); {
	case err == nil:
		return false, s.adding(n, fmt.Errorf("its stories began when those of night %s did: it is that night, which is there", same))
	case !errors.Is(err, sql.ErrNoRows):
		return false, s.adding(n, err)
	}
	if err := insert(ctx, tx, n, digest); err != nil {
		return false, s.adding(n, err)
	}
	if err := tx.Commit(); err != nil {
		return false, s.adding(n, err)
	}
	return true, nil
}

func (s *Store) adding(n nights.Night, err error) error {
	return fmt.Errorf("add night %s to %s: %w", n.ID, s.path, advised(err))
}

func insert(ctx context.Context, tx *sql.Tx, n nights.Night, digest string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO night (id, began, took_ns, kind, api, suite, revision, decision, gaps, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		n.ID, n.Began.UTC().Format(moment), n.Took, n.Target.Kind, n.Target.API, n.Suite, n.Revision, n.Decision, n.Gaps, digest)
	if err != nil {
		return err
	}
	for i, story := range n.Stories {
		samples, err := json.Marshal(story.Samples)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO story (night, place, package, name, attempt, red, took_ns, samples) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			n.ID, i, story.Package, story.Name, story.Attempt, story.Red, story.Took, string(samples))
		if err != nil {
			return err
		}
	}
	for i, p := range n.Phases {
		_, err := tx.ExecContext(ctx, "INSERT INTO phase (night, place, name, budget_ns, count, p50_ns, p95_ns, p99_ns, max_ns, histogram) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			n.ID, i, p.Name, p.Budget, p.Count, p.P50, p.P95, p.P99, p.Max, p.Histogram)
		if err != nil {
			return err
		}
	}
	for i, f := range n.Findings {
		_, err := tx.ExecContext(ctx, "INSERT INTO finding (night, place, rule, hard, times) VALUES (?, ?, ?, ?, ?)", n.ID, i, f.Rule, f.Hard, f.Times)
		if err != nil {
			return err
		}
	}
	return nil
}

// Nights are the last so many that began at each target, as they were added, in the order of their beginnings.
func (s *Store) Nights(ctx context.Context, last int) ([]nights.Night, error) {
	all, err := s.nights(ctx, last)
	if err != nil {
		return nil, fmt.Errorf("read the nights of %s: %w", s.path, advised(err))
	}
	return all, nil
}

func (s *Store) nights(ctx context.Context, last int) (all []nights.Night, err error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	const latest = `SELECT id, began, took_ns, kind, api, suite, revision, decision, gaps FROM (
			SELECT *, row_number() OVER (PARTITION BY kind, api ORDER BY began DESC, id DESC) AS age FROM night)
		WHERE age <= ? ORDER BY began, id`
	err = each(ctx, tx, latest, last, func(rows *sql.Rows) error {
		n := nights.Night{Stories: []nights.Story{}, Phases: []nights.Phase{}, Findings: []nights.Broken{}}
		var began string
		if err := rows.Scan(&n.ID, &began, &n.Took, &n.Target.Kind, &n.Target.API, &n.Suite, &n.Revision, &n.Decision, &n.Gaps); err != nil {
			return err
		}
		n.Began, err = time.Parse(moment, began)
		all = append(all, n)
		return err
	})
	for i := range all {
		err = errors.Join(err, fill(ctx, tx, &all[i]))
	}
	return all, err
}

// fill reads what belongs to a night.
func fill(ctx context.Context, tx *sql.Tx, n *nights.Night) error {
	stories := each(ctx, tx, "SELECT package, name, attempt, red, took_ns, samples FROM story WHERE night = ? ORDER BY place", n.ID, func(rows *sql.Rows) error {
		var s nights.Story
		var samples string
		if err := rows.Scan(&s.Package, &s.Name, &s.Attempt, &s.Red, &s.Took, &samples); err != nil {
			return err
		}
		n.Stories = append(n.Stories, s)
		return json.Unmarshal([]byte(samples), &n.Stories[len(n.Stories)-1].Samples)
	})
	phases := each(ctx, tx, "SELECT name, budget_ns, count, p50_ns, p95_ns, p99_ns, max_ns, histogram FROM phase WHERE night = ? ORDER BY place", n.ID, func(rows *sql.Rows) error {
		var p nights.Phase
		err := rows.Scan(&p.Name, &p.Budget, &p.Count, &p.P50, &p.P95, &p.P99, &p.Max, &p.Histogram)
		n.Phases = append(n.Phases, p)
		return err
	})
	findings := each(ctx, tx, "SELECT rule, hard, times FROM finding WHERE night = ? ORDER BY place", n.ID, func(rows *sql.Rows) error {
		var f nights.Broken
		err := rows.Scan(&f.Rule, &f.Hard, &f.Times)
		n.Findings = append(n.Findings, f)
		return err
	})
	return errors.Join(stories, phases, findings)
}

// Forget drops all but the last nights that began at each target, and tells their ids in the order of their
// beginnings. It keeps what a night is compared with: so many must be more than nights.Window. The file gets no
// smaller; what comes takes the room.
func (s *Store) Forget(ctx context.Context, keep int) (gone []string, err error) {
	if keep <= nights.Window {
		return nil, fmt.Errorf("keep %d nights in %s: a night is compared with %d before it, keep %d at least", keep, s.path, nights.Window, nights.Window+1)
	}
	gone, err = s.forget(ctx, keep)
	if err != nil {
		return nil, fmt.Errorf("forget nights of %s: %w", s.path, advised(err))
	}
	return gone, nil
}

func (s *Store) forget(ctx context.Context, keep int) (gone []string, err error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	const old = `SELECT id FROM (
			SELECT id, began, row_number() OVER (PARTITION BY kind, api ORDER BY began DESC, id DESC) AS age FROM night)
		WHERE age > ? ORDER BY began, id`
	err = each(ctx, tx, old, keep, func(rows *sql.Rows) error {
		gone = append(gone, "")
		return rows.Scan(&gone[len(gone)-1])
	})
	if err != nil {
		return nil, err
	}
	for _, id := range gone {
		if _, err := tx.ExecContext(ctx, "DELETE FROM night WHERE id = ?", id); err != nil { // and what belongs to it
			return nil, err
		}
	}
	return gone, tx.Commit()
}

// each reads every row of a query with one argument.
func each(ctx context.Context, tx *sql.Tx, query string, argument any, row func(*sql.Rows) error) error {
	rows, err := tx.QueryContext(ctx, query, argument)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
