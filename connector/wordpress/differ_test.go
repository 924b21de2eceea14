package wordpress_test

import (
	"strings"
	"testing"

	"stet/connector"
	"stet/connector/wordpress/fake"
)

func TestDifferencesNameTheFieldsThatAPersonChanged(t *testing.T) {
	for _, plugin := range []string{"no", "yes"} {
		t.Run("plugin "+plugin, func(t *testing.T) {
			wp, c := startF(t, fake.Options{Companion: plugin == "yes"}, plugin)
			w := write(1, nil)
			var id string
			if plugin == "yes" {
				item, err := upsert(t, c, w)
				if err != nil {
					t.Fatal(err)
				}
				id = item.ID
			} else {
				id = published(t, c.(target), w).ID
			}
			differ := c.(connector.Differ)
			if list, err := differ.Differences(t.Context(), id, w); err != nil || len(list) != 0 {
				t.Fatalf("right after the publish: %+v, %v", list, err)
			}
			wp.Edit(atoi(id), func(p *fake.Post) {
				p.Title, p.Status = "Mine &amp; only mine", "draft"
				p.Content = strings.Replace(p.Content, "</p>", " More.</p>", 1)
			})
			list, err := differ.Differences(t.Context(), id, w)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]connector.Difference{}
			for _, d := range list {
				got[d.Field] = d
			}
			if len(got) != 3 || got["title"].Have != "Mine & only mine" || got["title"].Want != w.Doc.Title || got["status"].Have != "draft" ||
				!strings.Contains(got["body"].Have, " More.") || strings.Contains(got["body"].Want, " More.") {
				t.Errorf("differences: %+v", list)
			}
		})
	}
}
