package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// An Allowance excuses entries of a start-up log that would be findings.
type Allowance struct {
	Pattern string    // regular expression (RE2) that the entry's message matches; never one that matches nearly all
	Reason  string    // never empty
	Expires time.Time // from then on, the beginning of a day in UTC, it excuses nothing; may be past
}

// Allowances reads the file of STAGING_LOG_ALLOWLIST, a list of
//
//   - pattern: 'regular expression'
//     reason: why it is no harm
//     expires: 2026-12-31
//
// It returns nil without a file, and an empty list of an empty one. The error joins every Problem of it.
// Load has refused a file with any.
func (c Config) Allowances() ([]Allowance, error) {
	all, ps := readAllowances(c.LogAllowlist)
	if len(ps) > 0 {
		return nil, errors.Join(ps...)
	}
	return all, nil
}

const allowlist = "STAGING_LOG_ALLOWLIST"

func readAllowances(path string) ([]Allowance, problems) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, problems{Problem{allowlist, "cannot be read (" + err.Error() + ")", "name a YAML file, relative to the module root"}}
	}
	return parseAllowances(path, text)
}

// An entry is an allowance as it is written.
type entry struct {
	Pattern string `yaml:"pattern"`
	Reason  string `yaml:"reason"`
	Expires string `yaml:"expires"`
}

// parseAllowances names the file by path in its problems.
func parseAllowances(path string, text []byte) (all []Allowance, ps problems) {
	entries, err := decodeEntries(text)
	if err != nil {
		ps.add(allowlist, fmt.Sprintf("cannot be understood (%s: %s)", path, err), "write one list of entries, each with pattern, reason and expires")
		return nil, ps
	}
	all = []Allowance{}
	for i, e := range entries {
		refuse := func(reason, remedy string) {
			ps.add(allowlist, fmt.Sprintf("has in entry %d of %s %s", i+1, path, reason), remedy)
		}
		e.checkPattern(refuse)
		if slices.ContainsFunc(entries[:i], func(before entry) bool { return before.Pattern == e.Pattern }) {
			refuse("the pattern of an earlier entry", "keep one of them")
		}
		if strings.TrimSpace(e.Reason) == "" {
			refuse("no reason", "say why such a log entry is no harm")
		}
		expires, err := time.Parse(time.DateOnly, e.Expires)
		if err != nil {
			refuse(fmt.Sprintf("expires: %q", e.Expires), "write the first day (UTC) on which it shall excuse nothing any more, as in 2026-12-31")
		}
		all = append(all, Allowance{Pattern: e.Pattern, Reason: e.Reason, Expires: expires})
	}
	return all, ps
}

// decodeEntries reads a text with one document or none; a second one would be lost silently. The decoder
// panics over some texts, a list with a tag such as "! x" among them, and while it formats some errors.
func decodeEntries(text []byte) (entries []entry, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML decoder gave up (%v)", r)
		}
	}()
	d := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	switch err := d.Decode(&entries); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, errors.New(yaml.FormatError(err, false, false))
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("it goes on behind ---")
	}
	return entries, nil
}

// meaningless are texts that no pattern finds anything in unless it would in nearly any text.
var meaningless = []string{"", "The quick brown fox jumps over the lazy dog", "SPHINX OF BLACK QUARTZ, JUDGE MY VOW", "[0123456789]: (0.25, '6/7', \"8\") = -9%"}

// checkPattern refuses what would excuse nearly everything: a pattern that finds something in a single
// character, such as .+ does, or in a text that means nothing.
func (e entry) checkPattern(refuse func(reason, remedy string)) {
	if e.Pattern == "" {
		refuse("no pattern", "write a regular expression (RE2) that the message of the log entry matches")
		return
	}
	pattern, err := regexp.Compile(e.Pattern)
	if err != nil {
		refuse("a bad pattern ("+err.Error()+")", "write it in the syntax of RE2, in single quotes")
		return
	}
	matches := slices.ContainsFunc(meaningless, pattern.MatchString)
	for c := ' '; c <= '~'; c++ {
		matches = matches || pattern.MatchString(string(c))
	}
	if matches {
		refuse(fmt.Sprintf("the pattern %q, which matches nearly every message", e.Pattern), "write the words of the message that it is for")
	}
}
