package agents

import (
	"fmt"
	"strings"
)

// tool is one deterministic calculation on a prompt's figures.
type tool struct {
	name     string
	thoughts func(Reading) []string // at least four real sentences; a single step uses the first
	run      func(Reading) outcome  // the reading holds at least one figure
}

type outcome struct {
	result   *Number
	results  map[string]any
	sentence string // states the result
}

var rankBySize = tool{
	name: "rank_by_size",
	thoughts: func(r Reading) []string {
		return []string{
			"Comparing " + list(r.Figures) + " to find the largest.",
			fmt.Sprintf("Starting the ranking with %s, the first of %d figures.", r.Figures[0], len(r.Figures)),
			"Checking whether any later figure is above " + r.Figures[0].String() + ".",
			"Putting the figures in descending order before naming the top one.",
		}
	},
	run: func(r Reading) outcome {
		top := largest(r.Figures)
		return outcome{
			result:   top,
			results:  map[string]any{"largest": top, "count": len(r.Figures)},
			sentence: fmt.Sprintf("The largest of %s is %s.", list(r.Figures), top),
		}
	},
}

var sumFigures = tool{
	name: "sum_figures",
	thoughts: func(r Reading) []string {
		return []string{
			"Adding up " + list(r.Figures) + ".",
			fmt.Sprintf("Counting %d figures in the request.", len(r.Figures)),
			"Starting the running total with " + r.Figures[0].String() + ".",
			"Checking that no figure is counted twice before the total is given.",
		}
	},
	run: func(r Reading) outcome {
		total := sum(r.Figures)
		return outcome{
			result:   total,
			results:  map[string]any{"sum": total, "count": len(r.Figures)},
			sentence: fmt.Sprintf("The sum of %s is %s.", list(r.Figures), total),
		}
	},
}

var estimateSaving = tool{
	name: "estimate_saving",
	thoughts: func(r Reading) []string {
		return []string{
			fmt.Sprintf("Estimating a saving of %s percent on the largest of %s.", savingRate(r), list(r.Figures)),
			"Taking " + largest(r.Figures).String() + " as the base, because the largest item saves most.",
			"Applying the rate of " + savingRate(r).String() + " percent to that base.",
			"Checking that the saving stays below the base of " + largest(r.Figures).String() + ".",
		}
	},
	run: func(r Reading) outcome {
		base, percent := largest(r.Figures), savingRate(r)
		saving := base.times(percent).over(whole(100))
		return outcome{
			result:   saving,
			results:  map[string]any{"saving": saving, "base": base, "rate_percent": percent},
			sentence: fmt.Sprintf("Saving %s percent of %s is %s.", percent, base, saving),
		}
	},
}

var planEffort = tool{
	name: "plan_effort",
	thoughts: func(r Reading) []string {
		return []string{
			fmt.Sprintf("Planning the effort for %s hours at %s USD an hour.", list(r.Figures), hourlyPrice(r)),
			"Adding the hours, beginning with " + r.Figures[0].String() + ".",
			"Pricing each hour at " + hourlyPrice(r).String() + " USD.",
			fmt.Sprintf("Checking the plan against its %d items.", len(r.Figures)),
		}
	},
	run: func(r Reading) outcome {
		hours, price := sum(r.Figures), hourlyPrice(r)
		effort := hours.times(price)
		return outcome{
			result:   effort,
			results:  map[string]any{"effort": effort, "hours": hours, "price": price},
			sentence: fmt.Sprintf("The effort of %s hours at %s USD an hour is %s USD.", hours, price, effort),
		}
	},
}

var meanOfFigures = tool{
	name: "mean_of_figures",
	thoughts: func(r Reading) []string {
		return []string{
			"Working out the mean of " + list(r.Figures) + ".",
			"Adding the figures first: they come to " + sum(r.Figures).String() + ".",
			fmt.Sprintf("Dividing that total by %d.", len(r.Figures)),
			fmt.Sprintf("Checking that the mean is not above the largest figure, %s.", largest(r.Figures)),
		}
	},
	run: func(r Reading) outcome {
		mean := sum(r.Figures).over(whole(int64(len(r.Figures))))
		return outcome{
			result:   mean,
			results:  map[string]any{"mean": mean, "count": len(r.Figures)},
			sentence: fmt.Sprintf("The mean of %s is %s.", list(r.Figures), mean),
		}
	},
}

// parameters are what the tool is called with. A long list is cut, as the platform cuts it
// (docs/protocol/websocket.md, section 5.2, E4).
func parameters(r Reading) map[string]any {
	const most = 10
	p := map[string]any{"figures": r.Figures, "count": len(r.Figures)}
	if len(r.Figures) > most {
		p["figures"] = r.Figures[:most]
	}
	if r.Rate != nil {
		p["rate_percent"] = r.Rate
	}
	if r.Price != nil {
		p["price"] = r.Price
	}
	return p
}

// savingRate defaults to 10 percent, hourlyPrice to 1 USD (docs/reference.md, the text contract).
func savingRate(r Reading) *Number {
	if r.Rate == nil {
		return whole(10)
	}
	return r.Rate
}

func hourlyPrice(r Reading) *Number {
	if r.Price == nil {
		return whole(1)
	}
	return r.Price
}

func sum(figures []*Number) *Number {
	total := whole(0)
	for _, f := range figures {
		total = total.plus(f)
	}
	return total
}

func largest(figures []*Number) *Number {
	top := figures[0]
	for _, f := range figures[1:] {
		if top.less(f) {
			top = f
		}
	}
	return top
}

// list writes figures as a sentence does: "412, 188 and 97". Long lists are only counted.
func list(figures []*Number) string {
	const most = 12
	if len(figures) > most {
		return fmt.Sprintf("the %d figures", len(figures))
	}
	text := make([]string, len(figures))
	for i, f := range figures {
		text[i] = f.String()
	}
	if len(text) == 1 {
		return text[0]
	}
	return strings.Join(text[:len(text)-1], ", ") + " and " + text[len(text)-1]
}
