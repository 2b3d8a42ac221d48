package sqlite

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// SQLite does not say, where it asks a table for a plan, by which collation a
// condition compares (the vtab package lacks sqlite3_vtab_collation), nor does it
// refuse to take the year of a time for a number. Both can be read in the program
// that it makes of a statement, which EXPLAIN returns. So each statement's
// program is read before it runs. https://www.sqlite.org/opcode.html describes
// the instructions.

// columnOf is a column of a table of the plugin's.
type columnOf struct {
	table  string
	column int
}

// check reads a statement's program. It finds the columns that the statement
// compares in another way than the plugin does, and it refuses a statement that
// takes a time for a number, or compares it as text. An error of SQLite's is left
// to who runs the statement.
func (db *DB) check(ctx context.Context, statement string) error {
	if !reads[firstWord(statement)] {
		return nil
	}
	for {
		explained, err := db.read(ctx, "explain "+statement)
		if err != nil {
			return nil
		}
		p := newProgram(db.modules, explained.Rows)
		p.follow() // what a table holds may be written behind where it is read
		p.refused, p.compared = nil, nil
		p.follow()
		if p.refused != nil {
			return p.refused
		}
		known := len(db.query.compared)
		for _, c := range p.compared {
			db.query.compared[c] = true
		}
		if len(db.query.compared) == known {
			return nil
		}
	}
}

// reads are the first words of the statements that read tables. SQLite carries
// out some others where it explains them.
var reads = map[string]bool{"select": true, "with": true, "values": true, "insert": true, "replace": true, "update": true, "delete": true, "create": true}

// start are the first words of a statement, behind its comments.
var start = regexp.MustCompile(`^(?:\s|--[^\n]*\n|/\*(?s:.*?)\*/)*(\w+)(?:\s+(\w+))?(?:\s+(\w+))?`)

func firstWord(statement string) string {
	if words := start.FindStringSubmatch(statement); words != nil {
		return strings.ToLower(words[1])
	}
	return ""
}

// isTrigger reports a statement whose body holds others.
func isTrigger(statement string) bool {
	words := start.FindStringSubmatch(statement)
	return words != nil && strings.EqualFold(words[1], "create") &&
		slices.ContainsFunc(words[2:], func(w string) bool { return strings.EqualFold(w, "trigger") })
}

// instruction is a row of EXPLAIN.
type instruction struct {
	op         string
	p1, p2, p3 int
	p4         string
}

// value is what is known of a register, or of a column of one of SQLite's own
// tables.
type value struct {
	// column is the column of the plugin's that it was read from, if any.
	column    columnOf
	read      bool   // from column
	collation string // of column
	// time is whether it is a time as the plugin's tables and the functions here
	// write it: so that one moment has one text.
	time bool
}

func (v value) or(w value) value {
	if v.column != w.column || v.read != w.read {
		v.column, v.read, v.collation = columnOf{}, false, ""
	}
	v.time = v.time || w.time
	return v
}

// registers are what is known of them. What is not there is unknown.
type registers map[int]value

// program follows what becomes of the values of the plugin's tables.
type program struct {
	instructions []instruction
	// tables are the plugin's by their cursors.
	tables map[int]*module
	// pushed are the columns on which the plugin applies conditions.
	pushed map[columnOf]bool
	// twice are those on which it applies several in one scan, and their
	// collations.
	twice map[columnOf]string
	// same is the cursor whose table a cursor shares.
	same map[int]int
	// stored is what the columns of SQLite's own tables hold, by cursor.
	stored map[int]registers
	// keys are the collations of the columns of indexes, by cursor.
	keys    map[int][]string
	records map[int][]value // by register

	// compared are the columns with conditions that the plugin must not apply.
	compared []columnOf
	refused  error
}

func newProgram(modules []*module, rows [][]any) *program {
	p := &program{
		tables: map[int]*module{}, pushed: map[columnOf]bool{}, twice: map[columnOf]string{}, same: map[int]int{},
		stored: map[int]registers{}, keys: map[int][]string{}, records: map[int][]value{},
	}
	for _, r := range rows {
		i := instruction{op: valueText(r[1]), p4: valueText(r[5])}
		for at, into := range []*int{&i.p1, &i.p2, &i.p3} {
			n, _ := r[2+at].(int64)
			*into = int(n)
		}
		p.instructions = append(p.instructions, i)
		if i.op != "VFilter" {
			continue
		}
		var plan plan
		if json.Unmarshal([]byte(i.p4), &plan) != nil {
			continue
		}
		at := slices.IndexFunc(modules, func(m *module) bool { return m.name == plan.Table })
		if at < 0 {
			continue
		}
		m := modules[at]
		p.tables[i.p1] = m
		here := map[columnOf]bool{}
		for _, q := range plan.Quals {
			c := columnOf{m.name, slices.IndexFunc(m.schema.Columns, func(c *proto.ColumnDefinition) bool { return c.Name == q.Column })}
			if here[c] {
				p.twice[c] = m.collation(c.column)
			}
			p.pushed[c], here[c] = true, true
		}
	}
	return p
}

// follow goes through the program from the top down, and looks at what each
// instruction does with what the registers hold there.
func (p *program) follow() {
	r := registers{}
	jumps := map[int][]registers{} // by where they lead to
	for at, i := range p.instructions {
		for _, from := range jumps[at] {
			for n, v := range from {
				if known, ok := r[n]; ok {
					v = v.or(known)
				}
				r[n] = v
			}
		}
		delete(jumps, at)
		p.step(i, r)
		if jumping[i.op] && i.p2 > at {
			jumps[i.p2] = append(jumps[i.p2], maps.Clone(r))
		}
	}
}

var jumping = map[string]bool{
	"Goto": true, "If": true, "IfNot": true, "IsNull": true, "NotNull": true, "ElseEq": true,
	"Eq": true, "Ne": true, "Lt": true, "Le": true, "Gt": true, "Ge": true,
}

func (p *program) step(i instruction, r registers) {
	switch i.op {
	case "VColumn":
		r[i.p3] = p.columnOf(i.p1, i.p2)
	case "Copy":
		for n := range i.p3 + 1 {
			r[i.p2+n] = r[i.p1+n]
		}
	case "SCopy":
		r[i.p2] = r[i.p1]
	case "Move":
		for n := range i.p3 {
			r[i.p2+n] = r[i.p1+n]
		}
	case "OpenDup":
		p.same[i.p1] = p.base(i.p2)
	case "OpenEphemeral", "OpenAutoindex", "OpenRead":
		p.keys[i.p1] = keyCollations(i.p4)
	case "SorterData":
		p.same[i.p3] = p.base(i.p1)
	case "MakeRecord":
		record := make([]value, i.p2)
		for n := range record {
			record[n] = r[i.p1+n]
		}
		p.records[i.p3] = record
	case "Insert", "IdxInsert", "SorterInsert":
		p.store(i.p1, p.records[i.p2])
	case "Column":
		r[i.p3] = p.stored[p.base(i.p1)][i.p2]
	case "AggStep":
		name, arguments := function(i.p4)
		if sums[name] && r[i.p2].time {
			p.refuse(errArithmetic)
		}
		if passes[name] {
			r[i.p3] = r[i.p3].or(anyOf(r, i.p2, arguments))
		}
	case "AggValue":
		r[i.p3] = r[i.p1]
	case "Function", "PureFunc":
		name, arguments := function(i.p4)
		r[i.p3] = value{time: makesTime[name] || passes[name] && anyOf(r, i.p2, arguments).time}
	case "Add", "Subtract", "Multiply", "Divide", "Remainder":
		if r[i.p1].time || r[i.p2].time {
			p.refuse(errArithmetic)
		}
		delete(r, i.p3)
	case "Eq", "Ne", "Lt", "Le", "Gt", "Ge":
		p.compare(i.op, r[i.p1], r[i.p3], collation(i.p4))
	case "Found", "NotFound", "NoConflict", "SeekGE", "SeekGT", "SeekLE", "SeekLT", "IdxGE", "IdxGT", "IdxLE", "IdxLT":
		p.probe(i, r)
	case "Integer", "Int64", "Real", "String8", "String", "Blob", "Variable", "Rowid", "NewRowid", "Sequence", "Not", "BitNot", "Count":
		delete(r, i.p2)
	case "Concat", "And", "Or", "BitAnd", "BitOr", "ShiftLeft", "ShiftRight":
		delete(r, i.p3)
	case "Cast":
		delete(r, i.p1)
	case "Null":
		for n := i.p2; n <= max(i.p2, i.p3); n++ {
			delete(r, n)
		}
	}
}

// columnOf is what a cursor reads of a table of the plugin's.
func (p *program) columnOf(cursor, column int) value {
	m := p.tables[cursor]
	if m == nil || column < 0 || column >= len(m.schema.Columns) {
		return value{}
	}
	return value{columnOf{m.name, column}, true, m.collation(column), m.schema.Columns[column].Type == proto.ColumnType_TIMESTAMP}
}

func (p *program) base(cursor int) int {
	if base, ok := p.same[cursor]; ok {
		return base
	}
	return cursor
}

func (p *program) store(cursor int, record []value) {
	cursor = p.base(cursor)
	if p.stored[cursor] == nil {
		p.stored[cursor] = registers{}
	}
	for n, v := range record {
		p.stored[cursor][n] = value{time: v.time || p.stored[cursor][n].time}
	}
}

// compare looks at the comparison of two values.
func (p *program) compare(op string, a, b value, collation string) {
	if collation != "" && !strings.EqualFold(collation, "binary") {
		for _, v := range []value{a, b} {
			if v.read && !strings.EqualFold(collation, v.collation) && p.pushed[v.column] {
				p.compared = append(p.compared, v.column)
			}
		}
		if !a.read && !b.read {
			// Of column = 'a' and column = 'A' collate nocase, SQLite makes
			// 'a' = 'A' collate nocase, and offers both conditions all the same.
			for c, own := range p.twice {
				if !strings.EqualFold(collation, own) {
					p.compared = append(p.compared, c)
				}
			}
		}
	}
	if !strings.EqualFold(collation, moment) && p.asText(op == "Eq" || op == "Ne", a, b) {
		p.refuse(errAsText)
	}
}

// probe looks at a search by registers in an index.
func (p *program) probe(i instruction, r registers) {
	keys := p.keys[p.base(i.p1)]
	n, _ := strconv.Atoi(i.p4)
	for k := range min(n, len(keys)) {
		if !strings.EqualFold(keys[k], moment) && p.asText(true, r[i.p3+k], p.stored[p.base(i.p1)][k]) {
			p.refuse(errAsText)
		}
	}
}

// asText reports whether the comparison of two values as text is not that of two
// moments. The texts of two times as they are written here are the same if the
// times are, but not in their order: a fraction of a second precedes none.
func (p *program) asText(onlyEquality bool, a, b value) bool {
	if onlyEquality {
		return a.time != b.time
	}
	return a.time || b.time
}

func (p *program) refuse(err error) {
	if p.refused == nil {
		p.refused = err
	}
}

var (
	errArithmetic = &Error{
		Message: "SQLite takes the year of a time for a number, and calculates with that",
		Advice:  "The seconds between two times are: date_part('epoch', end_time) - date_part('epoch', start_time)",
	}
	errAsText = &Error{
		Message: "SQLite compares a time as text here",
		Advice:  "Begin the comparison with the column of the plugin's table, or end it with: collate " + moment,
	}
)

// passes are the functions whose value is one of their arguments, sums those that
// calculate with it, and makesTime those whose value is a time.
var (
	passes    = set("min", "max", "coalesce", "ifnull", "nullif", "iif", "if", "lag", "lead", "first_value", "last_value", "nth_value")
	sums      = set("sum", "total", "avg")
	makesTime = set("now", "to_timestamp", "timezone")
)

func set(names ...string) map[string]bool {
	s := map[string]bool{}
	for _, n := range names {
		s[n] = true
	}
	return s
}

// anyOf is what a function may pass on of its arguments.
func anyOf(r registers, first, n int) value {
	v := value{}
	for at := range n {
		v.time = v.time || r[first+at].time
	}
	return v
}

// function takes "max(2)" apart.
func function(p4 string) (name string, arguments int) {
	name, rest, _ := strings.Cut(p4, "(")
	arguments, _ = strconv.Atoi(strings.TrimSuffix(rest, ")"))
	return name, max(arguments, 0)
}

// collation is the name in "NOCASE-8".
func collation(p4 string) string {
	if i := strings.LastIndexByte(p4, '-'); i > 0 {
		return p4[:i]
	}
	return ""
}

// keyCollations are the names in "k(2,B,-moment)", of which B is binary.
func keyCollations(p4 string) []string {
	inner, ok := strings.CutPrefix(strings.TrimSuffix(p4, ")"), "k(")
	if !ok {
		return nil
	}
	names := strings.Split(inner, ",")[1:]
	for n, name := range names {
		names[n] = strings.TrimPrefix(strings.TrimPrefix(name, "-"), "N.")
	}
	return names
}
