package proof

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/netra-systems/staging-e2e/fixtures/regressions"
)

// A round is one attempt to find a regression.
type round struct {
	outcome   Outcome
	why       string
	story     Story
	rule      string
	ranks     Ranks
	renamed   Ranks
	diagnosed bool
	seconds   float64
}

// prove tries one fault in every round.
func (b *bench) prove(ctx context.Context, e regressions.Entry) (Result, error) {
	result := begin(e)
	result.Outcome = b.due()
	dir := filepath.Join(b.dir, e.ID)
	stories, why := b.provable(e)
	if why != "" {
		result.Outcome, result.Why = Unproven, why
		return result, nil
	}
	for i := range b.Rounds {
		seed := b.Seed + uint64(i)
		r, err := b.round(ctx, e, stories, seed, filepath.Join(dir, strconv.FormatUint(seed, 10)))
		if err != nil {
			return result, err
		}
		result.add(r)
	}
	result.settle(b.Share, b.due())
	if result.Outcome.good() && !b.Keep {
		return result, os.RemoveAll(dir)
	}
	result.Kept = dir
	return result, nil
}

// provable returns the stories that are to find a regression, or why there is nothing to try.
func (b *bench) provable(e regressions.Entry) (stories []Story, why string) {
	if !slices.Contains(b.Faults, e.ID) {
		return nil, "the reference deployment has no such fault"
	}
	if len(e.Rules) == 0 {
		return nil, "the catalogue names no rule that must find it"
	}
	if b.Full {
		return b.Stories, ""
	}
	if len(b.By) > 0 {
		e.Stories = b.By
	}
	stories, err := Chosen(e, b.Stories)
	if err != nil {
		return nil, err.Error()
	}
	return stories, ""
}

// round tells the stories with the fault, one after the other until one finds it. With Full all are told, those
// of a package at once.
func (b *bench) round(ctx context.Context, e regressions.Entry, stories []Story, seed uint64, dir string) (round, error) {
	if b.Rate == 0 {
		return b.quiet(ctx, e, stories, seed, dir)
	}
	all := alone(stories)
	if b.Full {
		all = batches(stories)
	}
	best := round{outcome: Missed, why: "every story that was told is green"}
	seconds := 0.0
	for i, batch := range all {
		r, err := b.try(ctx, e, batch, seed, filepath.Join(dir, strconv.Itoa(i+1)))
		if err != nil {
			return r, err
		}
		seconds += r.seconds
		if r.outcome == Hung {
			best = r
			break
		}
		if worst(r.outcome, best.outcome) != r.outcome {
			best = r
		}
		if best.outcome == Caught && !b.Full {
			break
		}
	}
	best.seconds = seconds
	return best, nil
}

// try lets one process meet the fault.
func (b *bench) try(ctx context.Context, e regressions.Entry, stories []Story, seed uint64, dir string) (round, error) {
	became, err := b.meet(ctx, e, stories, seed, dir)
	r := round{story: stories[0], seconds: became.took.Seconds()}
	switch {
	case err != nil:
		return r, err
	case became.hung:
		r.outcome, r.why = Hung, hung(stories, b.Limit)
		return r, nil
	case e.Advice:
		return r, r.heed(e, became.red, dir)
	case !became.red:
		r.outcome, r.why = Missed, who(stories)+" is green"
		return r, nil
	}
	err = r.weigh(e, dir)
	if b.AnySuspect && r.outcome == Misdiagnosed {
		r.outcome, r.why = Caught, ""
	}
	return r, err
}

// heed finds out whether green stories advise of the rule. It alone does not turn them red, and nothing is to.
func (r *round) heed(e regressions.Entry, red bool, dir string) error {
	if red {
		found, err := findings(dir)
		r.outcome, r.why = OtherRule, "red by "+rules(found)
		return err
	}
	is, err := advised(dir, e.Rules[0])
	if err != nil {
		return err
	}
	if r.outcome, r.why = Missed, r.story.Name+" is green, and advises of nothing"; is {
		r.outcome, r.why, r.rule = Caught, "", e.Rules[0]
	}
	return nil
}

// meet tells stories with the fault, in one process.
func (b *bench) meet(ctx context.Context, e regressions.Entry, stories []Story, seed uint64, dir string) (told, error) {
	env := append(slices.Clone(b.Env), "STAGING_FAULT="+e.ID, "STAGING_FAULT_SEED="+strconv.FormatUint(seed, 10))
	if b.Rate >= 0 {
		env = append(env, "STAGING_FAULT_RATE="+strconv.FormatFloat(b.Rate, 'g', -1, 64))
	}
	if e.Dialect != "" {
		env = append(env, "STAGING_DIALECT="+e.Dialect)
	}
	return b.binaries.tell(ctx, telling{stories: stories, env: env, dir: dir, limit: b.Limit})
}

// hung says that stories did not come to their end.
func hung(stories []Story, limit time.Duration) string {
	return fmt.Sprintf("%s did not end within %s", who(stories), limit)
}

// who names what one process tells.
func who(stories []Story) string {
	if len(stories) == 1 {
		return stories[0].Name
	}
	return "e2e/" + stories[0].Package
}

// weigh finds out whether the stories of a folder are red for the right reason. Of several stories the first
// that is counts.
func (r *round) weigh(e regressions.Entry, dir string) error {
	found, err := findings(dir)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(found, func(f finding) bool { return slices.Contains(e.Rules, f.rule) })
	if at < 0 {
		r.outcome, r.why = OtherRule, "red by "+rules(found)
		return nil
	}
	r.rule, r.story.Name = found[at].rule, found[at].story
	return r.recognise(e, found[at].dir)
}

// recognise finds out whether the diagnosis in a story's folder says what it was. Whom it does not know, it need
// not recognise.
func (r *round) recognise(e regressions.Entry, dir string) (err error) {
	if r.ranks, r.diagnosed, err = ranksOf(e, dir); err != nil {
		return err
	}
	r.outcome = Caught
	switch {
	case !r.diagnosed:
		r.outcome, r.why = Misdiagnosed, "the story left no diagnosis ("+suspectsName+")"
		return nil
	case !e.Uncatalogued && (r.ranks.Class == 0 || r.ranks.Class > firstSuspects):
		r.outcome, r.why = Misdiagnosed, fmt.Sprintf("the class %s is not among the first %d suspects", e.Class, firstSuspects)
	}
	r.renamed, err = renamed(e, dir)
	return err
}

func rules(found []finding) string {
	var all []string
	for _, f := range found {
		if !slices.Contains(all, f.rule) {
			all = append(all, f.rule)
		}
	}
	if len(all) == 0 {
		return "no rule at all"
	}
	return strings.Join(all, ", ")
}

// add counts a round.
func (r *Result) add(one round) {
	r.Rounds++
	r.Seconds += one.seconds
	if one.outcome.good() {
		r.Caught++
	} else if r.Outcome = worst(r.Outcome, one.outcome); r.Outcome == one.outcome {
		r.Why = one.why
	}
	if one.rule != "" && r.Rule == "" {
		r.Story, r.Rule, r.Ranks, r.Renamed, r.Diagnosed = one.story.short(), one.rule, one.ranks, one.renamed, one.diagnosed
	}
}

// settle calls a result what is due if it was in a sufficient share of the rounds. A hang is never sufficient.
func (r *Result) settle(share float64, due Outcome) {
	if r.Outcome != Hung && r.Caught >= int(math.Ceil(share*float64(r.Rounds))) {
		r.Outcome, r.Why = due, ""
	}
}
