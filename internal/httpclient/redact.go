package httpclient

import (
	"cmp"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// shortest is the length below which a word is no credential: replacing "a" everywhere would only hide the message.
const shortest = 6

// redactor replaces the secrets of a configuration, as they are and as they look in a URL.
func redactor(conf Config) *strings.Replacer {
	words := slices.Clone(conf.Secrets)
	for _, values := range conf.Header {
		for _, v := range values {
			words = append(words, inside(v)...)
		}
	}
	if proxy, err := url.Parse(conf.Proxy); err == nil && proxy.User != nil {
		password, _ := proxy.User.Password()
		words = append(words, proxy.User.String(), password)
	}
	for _, w := range slices.Clone(words) {
		words = append(words, url.QueryEscape(w), url.PathEscape(w))
	}
	words = slices.DeleteFunc(words, func(w string) bool { return len(w) < shortest })
	slices.SortFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // the longest match first
	var pairs []string
	for _, w := range slices.Compact(words) {
		pairs = append(pairs, w, "[secret]")
	}
	return strings.NewReplacer(pairs...)
}

// inside gives a header value and the secrets within it: the word after the scheme, and of Basic its password.
func inside(value string) []string {
	words := []string{value}
	scheme, rest, ok := strings.Cut(value, " ")
	if !ok {
		return words
	}
	words = append(words, rest)
	if plain, err := base64.StdEncoding.DecodeString(rest); err == nil && strings.EqualFold(scheme, "Basic") {
		_, password, _ := strings.Cut(string(plain), ":")
		words = append(words, string(plain), password)
	}
	return words
}

// clean gives err as bare text where a secret is in it, as when a target echoes what it was sent.
func (c *Client) clean(err error) error {
	if text := c.Redact(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}
