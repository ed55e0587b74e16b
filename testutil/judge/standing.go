package judge

import (
	"slices"
	"strings"
)

// standing are the families of rules that judge every story, one line each.
var standing = [][]Rule{
	brokenRules,
	statusRules,
	sessionRules,
	storyRules,
	loginRules,
	tokenRules,
	refusalRules,
	recoveryRules,
	refreshRules,
	verifyRules,
	identityRules,
	handshakeRules,
	octoberRules,
	restartRules,
	limitRules,
	orderRules,
	outcomeRules,
	everySessionRules,
	eventRules,
	shapeRules,
	answerRules,
	agreeRules,
	feedRules,
	startRules,
	isolationRules,
	togetherRules,
	latencyRules,
	reportRules,
	growthRules,
	platformRules,
	slowingRules,
	refusedRules,
	rateRules,
	slowerRules,
	hygieneRules,
	healthRules,
	proofRules,
	revisionRules,
	startupRules,
	startTimeRules,
	corsRules,
	servedURLRules,
	environmentRules,
	threadRules,
}

// Standing returns the rules that judge every story, sorted by id.
func Standing() []Rule {
	return slices.SortedFunc(slices.Values(slices.Concat(standing...)), func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
}
