package cli

import "fmt"

// progress is a line on a terminal's standard error that is written over. Elsewhere it is silent. It is used under its
// owner's lock.
type progress struct {
	sh    *shell
	verb  string
	done  int
	total int
	shown bool
}

func newProgress(sh *shell, verb string, total int) *progress {
	return &progress{sh: sh, verb: verb, total: total}
}

func (p *progress) step() {
	p.done++
	if !terminal(p.sh.Err) || p.total < 2 {
		return
	}
	fmt.Fprintf(p.sh.Err, "\r\x1b[K%d/%d %s", p.done, p.total, p.verb)
	p.shown = true
}

// clear makes room for a line of the result.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.sh.Err, "\r\x1b[K")
		p.shown = false
	}
}
