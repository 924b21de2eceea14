package stmtcache

import (
	"container/list"
	"errors"
	"strings"
)

// lru holds the idle statements of a connection by their text.
type lru struct {
	size  int
	order *list.List // of idle; the front was used last
	at    map[string]*list.Element
}

type idle struct {
	query string
	st    fullStmt
}

func newLRU(size int) *lru {
	return &lru{size: size, order: list.New(), at: map[string]*list.Element{}}
}

func (l *lru) take(query string) (fullStmt, bool) {
	el, ok := l.at[query]
	if !ok {
		return nil, false
	}
	delete(l.at, query)
	return l.order.Remove(el).(idle).st, true
}

// put keeps the statement unless one with the same text is there, and closes what there is no room for. An error of
// that Close is dropped: it must not make the caller's statement, which has taken effect, look failed.
func (l *lru) put(query string, st fullStmt) {
	if _, ok := l.at[query]; ok {
		_ = st.Close()
		return
	}
	l.at[query] = l.order.PushFront(idle{query, st})
	if l.order.Len() > l.size {
		last := l.order.Remove(l.order.Back()).(idle)
		delete(l.at, last.query)
		_ = last.st.Close()
	}
}

func (l *lru) close() error {
	var errs []error
	for el := l.order.Front(); el != nil; el = el.Next() {
		errs = append(errs, el.Value.(idle).st.Close())
	}
	l.order.Init()
	clear(l.at)
	return errors.Join(errs...)
}

// cacheable reports whether query is one statement of a kind whose effect lies wholly in its execution. A PRAGMA may
// act while it is prepared (https://sqlite.org/pragma.html), so a kept one would do nothing the second time. A
// semicolon within a string or a comment costs the statement its place in the cache, nothing else.
func cacheable(query string) bool {
	if i := strings.IndexByte(query, ';'); i >= 0 && strings.TrimSpace(query[i+1:]) != "" {
		return false
	}
	text := skipComments(query)
	end := strings.IndexFunc(text, func(r rune) bool { return !('a' <= r|0x20 && r|0x20 <= 'z') })
	if end < 0 {
		end = len(text)
	}
	switch strings.ToUpper(text[:end]) {
	case "SELECT", "VALUES", "WITH", "INSERT", "REPLACE", "UPDATE", "DELETE":
		return true
	}
	return false
}

// skipComments gives query from its first word on.
func skipComments(query string) string {
	for {
		query = strings.TrimSpace(query)
		switch {
		case strings.HasPrefix(query, "--"):
			_, query, _ = strings.Cut(query, "\n")
		case strings.HasPrefix(query, "/*"):
			_, query, _ = strings.Cut(query, "*/")
		default:
			return query
		}
	}
}
