package ground

import "stet/internal/qa"

type fact struct{ qa.Fact }

func factsOf([]qa.Fact) []fact { return nil }

func (c *checker) checkFacts(result *qa.Result, r *rule, statements []*statement) {}
