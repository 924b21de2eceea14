package word

import "testing"

func TestSyllablesAreCounted(t *testing.T) {
	for word, want := range map[string]int{
		"the": 1, "beautiful": 3, "created": 3, "idea": 3, "nation": 2, "special": 2, "people": 2, "table": 2, "makes": 1, "changes": 2,
		"wanted": 2, "hoped": 1, "science": 2, "business": 2, "every": 2, "something": 2, "queue": 1, "radio": 3, "serious": 3, "being": 2,
		"available": 4, "society": 4, "million": 2, "museum": 3, "experience": 4, "rhythm": 2, "goes": 1, "2024": 1, "": 1, "e": 1, "é": 1,
	} {
		if got := syllables(word); got != want {
			t.Errorf("%q has %d, want %d", word, got, want)
		}
	}
}
