// Package validate takes a deployment through the six steps of issue #891: deploy, monitor, test, validate, report
// and decide (docs/protocol/deployment.md, section 7).
//
// The stories are told by their own test binaries, which are compiled once; what they leave behind is the evidence,
// and [verdict.Of] decides on it and on nothing else. Nothing that goes wrong here makes a decision better.
package validate
