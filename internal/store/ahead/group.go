package ahead

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/sqltext"
)

// Group is all reads of one table by the same columns.
type Group struct {
	Proto   state.Row
	Columns []string
	Values  [][]any // of Columns, one list for each distinct read
	Unique  bool    // Columns are the primary key, so that each list finds one row at most
	reads   map[string][]store.Read
}

// Groups sorts reads into groups. What asks for more than equal values is left out; it is read when it is needed.
func Groups(reads []store.Read) []*Group {
	var groups []*Group
	byShape := map[string]*Group{}
	for _, r := range reads {
		columns, values, ok := asked(r)
		if !ok {
			continue
		}
		shape := fmt.Sprint(r.Row.Table().Name, r.Query == nil, columns)
		g := byShape[shape]
		if g == nil {
			g = &Group{Proto: r.Row, Columns: columns, Unique: r.Query == nil, reads: map[string][]store.Read{}}
			byShape[shape] = g
			groups = append(groups, g)
		}
		g.add(r, values)
	}
	return groups
}

func (g *Group) add(r store.Read, values []any) {
	id := identity(values)
	if len(g.reads[id]) == 0 {
		g.Values = append(g.Values, values)
	}
	g.reads[id] = append(g.reads[id], r)
}

// asked gives the columns that a read names and their values.
func asked(r store.Read) (columns []string, values []any, ok bool) {
	table := r.Row.Table()
	if r.Query == nil {
		return table.Columns[:table.Keys], sqltext.Key(r.Row), true
	}
	if !plain(*r.Query) {
		return nil, nil, false
	}
	columns = slices.Sorted(maps.Keys(r.Query.Equal))
	for _, c := range columns {
		values = append(values, sqltext.Plain(reflect.ValueOf(r.Query.Equal[c])))
	}
	return columns, values, true
}

func identity(values []any) string {
	var b strings.Builder
	for _, v := range values {
		if text, ok := v.(string); ok {
			b.WriteString(strconv.Itoa(len(text)) + ":" + text)
		} else {
			fmt.Fprintf(&b, "%v,", v)
		}
	}
	return b.String()
}

// Keep puts what was found for the whole group into the cache, also that nothing was found.
func (g *Group) Keep(c *Cache, found []state.Row) {
	byValues := map[string][]state.Row{}
	places := g.places()
	for _, row := range found {
		all := sqltext.Values(row)
		values := make([]any, len(places))
		for i, p := range places {
			values[i] = all[p]
		}
		id := identity(values)
		byValues[id] = append(byValues[id], row)
	}
	for id, reads := range g.reads {
		for _, r := range reads {
			keep(c, r, byValues[id])
		}
	}
}

func keep(c *Cache, r store.Read, rows []state.Row) {
	switch {
	case r.Query != nil:
		c.listed(r.Row, *r.Query, r.Query.Arrange(slices.Clone(rows)))
	case len(rows) > 0:
		c.Got(rows[0], true)
	default:
		c.Got(r.Row, false)
	}
}

// places are the indexes of the group's columns among those of the table.
func (g *Group) places() []int {
	places := make([]int, len(g.Columns))
	for i, c := range g.Columns {
		places[i] = slices.Index(g.Proto.Table().Columns, c)
	}
	return places
}
