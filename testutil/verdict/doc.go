// Package verdict decides from the evidence of a run what is to become of a deployment: PROCEED, INVESTIGATE or
// ROLLBACK, or NO DECISION where the evidence cannot carry one.
//
// It is pure. The criteria, and what follows from them, are those of issue #891 (docs/protocol/deployment.md,
// section 7). A criterion that nobody measured never counts as passed, and whatever is missing from the evidence
// or speaks against it keeps the decision from being PROCEED.
package verdict
