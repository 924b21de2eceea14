package block

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Picture is where the site keeps a picture that was uploaded.
type Picture struct {
	ID  int
	URL string
}

// Image is a picture as a text names it.
type Image struct {
	Source string
	Alt    string
}

// Images lists the pictures of some HTML, in order, each as often as it stands there.
func Images(markup string) []Image {
	var list []Image
	z := html.NewTokenizer(strings.NewReader(markup))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return list
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.DataAtom != atom.Img {
				continue
			}
			var img Image
			for _, a := range t.Attr {
				switch a.Key {
				case "src":
					img.Source = strings.TrimSpace(a.Val)
				case "alt":
					img.Alt = a.Val
				}
			}
			list = append(list, img)
		}
	}
}

// place puts the site's own address where the text has the one that the picture came from, and the class by which
// WordPress finds the sizes it made of it. Those that the text names are of another picture's.
func place(n *html.Node, pictures map[string]Picture) {
	src, _ := attr(n, "src")
	p, placed := pictures[strings.TrimSpace(src)]
	if n.DataAtom != atom.Img || !placed {
		return
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		return slices.Contains([]string{"src", "srcset", "sizes", "class"}, a.Key)
	})
	class := attachment + strconv.Itoa(p.ID)
	n.Attr = append([]html.Attribute{{Key: "src", Val: p.URL}}, append(n.Attr, html.Attribute{Key: "class", Val: class})...)
}

const attachment = "wp-image-"

var attachmentClass = regexp.MustCompile(`^` + attachment + `([1-9]\d*)$`)

// attachmentOf is the id of the picture that was placed here, 0 where none was.
func attachmentOf(img *html.Node) int {
	class, _ := attr(img, "class")
	m := attachmentClass.FindStringSubmatch(class)
	if m == nil {
		return 0
	}
	id, _ := strconv.Atoi(m[1])
	return id
}

// normalImage brings a picture to one form, wherever it is kept: name gives the name to compare by for an address, and
// empty for one that is compared as it is.
func normalImage(t *html.Token, name func(string) string) {
	named := ""
	for _, a := range t.Attr {
		if a.Key == "src" && name != nil {
			named = name(strings.TrimSpace(a.Val))
		}
	}
	if named == "" {
		return
	}
	kept := t.Attr[:0:0]
	for _, a := range t.Attr {
		switch a.Key {
		case "srcset", "sizes", "class":
		case "src":
			kept = append(kept, html.Attribute{Key: "src", Val: "stet-image:" + named})
		default:
			kept = append(kept, a)
		}
	}
	t.Attr = kept
}

// normalFigure drops the class that only says that a picture is shown in its full size.
func normalFigure(t *html.Token) {
	for i, a := range t.Attr {
		words := strings.Fields(a.Val)
		if a.Key == "class" && slices.Contains(words, "wp-block-image") {
			t.Attr[i].Val = strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "size-full" }), " ")
		}
	}
}

// normalImageBlock drops from the attributes of an image block what says no more than which upload it shows.
func normalImageBlock(attributes map[string]any) {
	delete(attributes, "id")
	for key, usual := range map[string]string{"sizeSlug": "full", "linkDestination": "none"} {
		if attributes[key] == usual {
			delete(attributes, key)
		}
	}
}
