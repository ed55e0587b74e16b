package measure

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

const (
	// costLimit and costAim are the bars for the CPU of decoding, recording and judging, as a multiple of
	// that of a bare read loop (issue "Foundation", Must hold).
	costLimit = 2.5
	costAim   = 1.5
	// phaseFrames is about how many frames one phase has.
	phaseFrames = 100_000
	// shortFrames and longFrames are how many frames the reference sends for one prompt: the five events,
	// or those of a supervisor, an orchestrator and five agents (websocket.md 5.4).
	shortFrames = 5
	longFrames  = 45
)

// drive plays a client against a fresh reference, each in a process of its own.
func (b *bench) drive(ctx context.Context, part string, j job) (used usage, err error) {
	server, err := b.spawn(ctx, partReference, struct{}{})
	if err != nil {
		return used, err
	}
	defer func() { err = errors.Join(err, server.End()) }()
	if err := server.Hear(&j.Place); err != nil {
		return used, err
	}
	j.History = filepath.Join(b.dir, fmt.Sprintf("%s-%d.jsonl", part, time.Now().UnixNano()))
	return ask[usage](ctx, b, part, j)
}

// A pairing is the same load on both clients.
type pairing struct{ bare, real usage }

func (p pairing) ratio() float64 { return float64(p.real.CPU) / float64(p.bare.CPU) }

func (u usage) perFrame() time.Duration { return u.CPU / time.Duration(max(u.Frames, 1)) }

func (b *bench) cost(ctx context.Context, g group) ([]Row, error) {
	var rows []Row
	for _, j := range []job{
		{Sessions: b.Sessions, Prompts: max(1, phaseFrames/longFrames/b.Sessions), Long: true},
		{Sessions: b.Sessions, Prompts: max(1, phaseFrames/shortFrames/b.Sessions)},
	} {
		row, err := b.costOf(ctx, g, j)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (b *bench) costOf(ctx context.Context, g group, j job) (Row, error) {
	var all []pairing
	for i := range g.runs {
		p, err := b.pair(ctx, j, i)
		if err != nil {
			return Row{}, err
		}
		all = append(all, p)
		b.say("cost: pair %d of %d: bare %v, client %v a frame: %.2f times", i+1, g.runs, p.bare.perFrame(), p.real.perFrame(), p.ratio())
	}
	return costRow(j, all), nil
}

// pair measures both clients; which comes first alternates.
func (b *bench) pair(ctx context.Context, j job, i int) (p pairing, err error) {
	parts := []string{partBare, partClient}
	for k := range parts {
		part := parts[(k+i)%2]
		one := j
		into := &p.bare
		if part == partClient {
			into, one.Profile = &p.real, b.Profile
		}
		if *into, err = b.drive(ctx, part, one); err != nil {
			return p, err
		}
	}
	return p, nil
}

func costRow(j job, all []pairing) Row {
	var ratios []float64
	var bare, client []time.Duration
	for _, p := range all {
		ratios = append(ratios, p.ratio())
		bare, client = append(bare, p.bare.perFrame()), append(client, p.real.perFrame())
	}
	s := spreadOf(ratios)
	last := all[len(all)-1].real
	row := Row{
		What:     fmt.Sprintf("client CPU, %d sessions, %s: times that of a bare read loop", j.Sessions, j.kind()),
		Bar:      fmt.Sprintf("median at most %.1f (aim %.1f)", costLimit, costAim),
		Measured: fmt.Sprintf("%.2f / %.2f / %.2f (min / median / max)", s.min, s.median, s.max),
		Met:      s.median <= costLimit,
		Notes: []string{
			fmt.Sprintf("a frame costs bare %v, client %v (medians), in phases of about %d frames in %s",
				spreadOf(bare).median, spreadOf(client).median, last.Frames, seconds(last.Wall)),
			fmt.Sprintf("client: staging.Session, history on disk (%d bytes a frame), %d standing rules; prompts are sent in both; no dials",
				last.Recorded/max(last.Frames, 1), last.Rules),
			"read buffer of a connection: 4 KiB in both, the default of gorilla; getrusage(RUSAGE_SELF), user and system",
		},
	}
	if !j.Long {
		row.Bar, row.Met = "none: the bar is about reading, and here asking is a large part", true
	}
	for _, p := range all {
		row = row.alike(p).judged(p.real)
	}
	return row
}

func (j job) kind() string {
	if j.Long {
		return "45 frames a prompt"
	}
	return "5 frames a prompt"
}

// judged makes the row not met where the client did not judge, or found something: then the numbers are
// those of something else.
func (r Row) judged(u usage) Row {
	switch {
	case u.Rules == 0:
		r.Met = false
		r.Notes = append(r.Notes, "no standing rule was applied, so this is not the client's cost")
	case len(u.Findings) > 0:
		r.Met = false
		r.Notes = append(r.Notes, fmt.Sprintf("%d hard findings, the first: %s", len(u.Findings), u.Findings[0]))
	}
	return r
}

// alike makes the row not met where the two clients did not get the same frames, but for heartbeats.
func (r Row) alike(p pairing) Row {
	if apart := p.bare.Frames - p.real.Frames; max(apart, -apart) > p.bare.Frames/100 {
		r.Met = false
		r.Notes = append(r.Notes, fmt.Sprintf("bare got %d frames, the client %d: they are not comparable", p.bare.Frames, p.real.Frames))
	}
	return r
}
