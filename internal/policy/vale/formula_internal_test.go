package vale

import "testing"

func TestFormulasAreComputed(t *testing.T) {
	vars := map[string]float64{"words": 100, "heading.h1": 2}
	for text, want := range map[string]float64{
		"1 + 2 * 3": 7, "(1+2)*3": 9, "-words / 4 - -5": -20, "math.sqrt(words) + math.abs(-3)": 13, "heading.h1*0.5": 1, "8 - 2 - 1": 5, "8/2/2": 2,
	} {
		if got, err := evaluate(text, vars); err != nil || got != want {
			t.Errorf("%s is %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "1 +", "(1", "1 2", "pages", "1 & 2"} {
		if got, err := evaluate(text, vars); err == nil {
			t.Errorf("%q is %v, want an error", text, got)
		}
	}
}

func TestMetricsAreRecognizedHoweverTheyAreWritten(t *testing.T) {
	for text, want := range map[string]string{
		"206.835 - (1.015 * (words / sentences)) - (84.6 * (syllables / words))": "flesch",
		"0.4 * ((words / sentences) + 100 * (complex_words / words))":            "gunning-fog",
		"words / sentences": "",
	} {
		if got := metricOf(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}
