package docs

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const way = "# A page\n\n### The whole\nIt is all.\n\n```sql+postgres\n" + `with one as materialized (
  select 1
),
two as materialized (
  select now()
)
select
  a
from
  two;
` + "```\n\n```sql+sqlite\n" + `with one as materialized (
  select 1
),
two as materialized (
  select 'now'
)
select
  a
from
  two;
` + "```\n"

func TestExamples(t *testing.T) {
	const head = "with one as materialized (\n  select 1\n),\n"
	for name, test := range map[string]struct {
		part             string
		postgres, sqlite string
	}{
		"a step": {"```sql\none as materialized (\n  select 2\n)\n```\n",
			"with one as materialized (\n  select 2\n),\ntwo as materialized (\n  select now()\n)\nselect\n  a\nfrom\n  two;\n",
			"with one as materialized (\n  select 2\n),\ntwo as materialized (\n  select 'now'\n)\nselect\n  a\nfrom\n  two;\n"},
		"a further step, and the end": {"```sql\nthree as materialized (\n  select 3\n)\nselect\n  b\nfrom\n  three;\n```\n",
			head + "two as materialized (\n  select now()\n),\nthree as materialized (\n  select 3\n)\nselect\n  b\nfrom\n  three;\n",
			head + "two as materialized (\n  select 'now'\n),\nthree as materialized (\n  select 3\n)\nselect\n  b\nfrom\n  three;\n"},
	} {
		t.Run(name, func(t *testing.T) {
			all, err := Examples(way + "\n### Another\n" + test.part)
			if err != nil || len(all) != 2 {
				t.Fatal(all, err)
			}
			if d := cmp.Diff([]string{test.postgres, test.sqlite}, []string{all[1].Postgres, all[1].SQLite}); d != "" {
				t.Error(d)
			}
		})
	}
	for name, page := range map[string]string{
		"a dialect is missing":       "# A page\n\n### One\n```sql+sqlite\nselect 1;\n```\n",
		"no query":                   "# A page\n\n### One\nText.\n",
		"a part of nothing":          "# A page\n\n### One\n```sql\none as materialized (\n  select 1\n)\n```\n",
		"two of one dialect":         "# A page\n\n### One\n```sql\nselect 1;\n```\n```sql+sqlite\nselect 1;\n```\n",
		"complete in one of the two": way + "\n### One\n```sql+postgres\nselect 1;\n```\n```sql+sqlite\none as materialized (\n  select 1\n)\n```\n",
	} {
		if all, err := Examples(page); err == nil {
			t.Errorf("%s: %v", name, all)
		}
	}
}
