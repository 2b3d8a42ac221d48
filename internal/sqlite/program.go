package sqlite

import (
	"context"
	"encoding/json"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// When SQLite asks a table for a plan, it does not say by which collation a condition
// compares (the vtab package lacks sqlite3_vtab_collation). It also takes the year of a
// time for a number. Both can be seen in the program that it makes of a statement, which
// EXPLAIN returns. So each statement's program is read before it runs. It also shows which
// columns of the result are times. https://www.sqlite.org/opcode.html describes the
// instructions.

// columnOf is a column of a table of the plugin's.
type columnOf struct {
	table  string
	column int
}

// check reads a statement's program. It finds the columns that the statement
// compares in another way than the plugin does, and it refuses a statement that
// takes a time for a number, or compares it as text. It ignores errors of SQLite's, which
// come again when the statement runs.
func (db *DB) check(ctx context.Context, statement string) error {
	db.query.times, db.query.ahead, db.query.rowids = nil, ahead{}, true
	if !reads[firstWord(statement)] {
		return nil
	}
	for {
		explained, err := db.read(ctx, "explain "+statement)
		if err != nil {
			return nil
		}
		db.query.order = nil
		if db.Ahead && db.engine.CanFetch() {
			db.query.ahead = ahead{on: true, rows: map[string]delivery.Rows{}}
		}
		db.query.rowids = false
		var compared []columnOf
		for i, p := range programs(db.modules, explained.Rows) {
			if i == 0 {
				db.query.times = p.times()
			}
			p.check()
			if p.refused != nil {
				return p.refused
			}
			compared = append(compared, p.compared...)
			db.query.rowids = db.query.rowids || p.readsRowids()
			if p.ordered {
				db.query.keepOrder(p.literals())
			}
		}
		known := len(db.query.compared)
		for _, c := range compared {
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

// isTrigger reports whether a statement has other statements in it.
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
	p5         int
}

// origin is where a value may come from.
type origin struct {
	// time: the value may be a time in the spelling of the plugin's tables and of the
	// functions here, so that one moment has one text. A literal in this spelling sets
	// neither time nor other: it may be compared with both.
	time bool
	// other: the value may be any other text or number, also a time in another
	// spelling. number: it may come from an instruction that always writes a number.
	other, number bool
	// word: the value may be a text without a digit, which is not a time in any
	// spelling. otherWord: that text may be another one than UTC.
	word, otherWord bool
	// columns are the columns of the plugin's tables from which the value may be read.
	// elsewhere: it may also come from something that is not such a column.
	columns   []columnOf
	elsewhere bool
}

// or adds where the value may come from as well.
func (o *origin) or(more origin) {
	o.time, o.other, o.number = o.time || more.time, o.other || more.other, o.number || more.number
	o.word, o.otherWord, o.elsewhere = o.word || more.word, o.otherWord || more.otherWord, o.elsewhere || more.elsewhere
	for _, c := range more.columns {
		if !slices.Contains(o.columns, c) {
			o.columns = append(o.columns, c)
		}
	}
}

// from returns the column from which the value is read, if it comes from one column
// and from nothing else.
func (o origin) from() (columnOf, bool) {
	if len(o.columns) != 1 || o.elsewhere {
		return columnOf{}, false
	}
	return o.columns[0], true
}

// isUTC reports whether the value can only be the text UTC, or NULL.
func (o origin) isUTC() bool {
	return o.word && !o.otherWord && !o.time && !o.other && !o.number && len(o.columns) == 0
}

// place is where a value is: in a register before an instruction runs, or in a table
// that the program reads by a cursor.
type place struct {
	at       int
	register int
	cursor   int // if register is none
	// path is empty for the value itself. If the value is in a record, path is the
	// number of its column, as a rune. If that column is a record too, the number of
	// the column in that record follows.
	path string
}

const none = -1

// program finds where the values of a statement come from.
type program struct {
	instructions []instruction
	flow         *flow
	// tables has the plugin's table of each cursor that reads one.
	tables map[int]*module
	// pushed are the columns on which the plugin applies conditions.
	pushed map[columnOf]bool
	// pushedTwice has the columns on which the plugin applies several conditions in one
	// scan, with the collation by which it compares each.
	pushedTwice map[columnOf]string
	// same has, for a cursor that shares the table of another, that other cursor.
	// pseudo has, for a cursor that reads a record in a register, that register.
	same, pseudo map[int]int
	// kept are the cursors of tables that exist without the statement.
	kept map[int]bool
	// keys has, for the cursor of an index, the collations of its columns. sorted are
	// the cursors of the indexes by which the statement orders rows, or finds rows that
	// are the same.
	keys   map[int][]string
	sorted map[int]bool
	// inserts has, for a cursor, the instructions that insert records into its table.
	inserts map[int][]int
	// hasTimes is true if the program reads a time from a table of the plugin's or
	// gets one from a function.
	hasTimes bool
	// found has the origins of the places that were searched, searching those that are
	// being searched.
	found     map[place]origin
	searching map[place]bool

	// compared are the columns with conditions that the plugin must not apply.
	compared []columnOf
	refused  error
	// ordered is true if the program orders times by their texts.
	ordered bool
}

// programs returns the programs in the rows of EXPLAIN: the statement's own, and after
// it those of triggers.
func programs(modules []*module, rows [][]any) []*program {
	var all []*program
	for start, end := 0, 0; start < len(rows); start = end {
		for end = start + 1; end < len(rows) && rows[end][0] != int64(0); end++ {
		}
		all = append(all, newProgram(modules, rows[start:end]))
	}
	return all
}

func newProgram(modules []*module, rows [][]any) *program {
	p := &program{
		tables: map[int]*module{}, pushed: map[columnOf]bool{}, pushedTwice: map[columnOf]string{}, same: map[int]int{}, pseudo: map[int]int{},
		kept: map[int]bool{}, keys: map[int][]string{}, sorted: map[int]bool{}, inserts: map[int][]int{},
		found: map[place]origin{}, searching: map[place]bool{},
	}
	for at, r := range rows {
		i := instruction{op: valueText(r[1])}
		if r[5] != nil {
			i.p4 = valueText(r[5])
		}
		for column, into := range map[int]*int{2: &i.p1, 3: &i.p2, 4: &i.p3, 6: &i.p5} {
			n, _ := r[column].(int64)
			*into = int(n)
		}
		p.instructions = append(p.instructions, i)
		switch i.op {
		case "OpenDup":
			p.same[i.p1] = i.p2
		case "OpenPseudo":
			p.pseudo[i.p1] = i.p2
		case "OpenEphemeral", "SorterOpen":
			p.sorted[i.p1] = true
			p.keys[i.p1] = keyCollations(i.p4)
		case "OpenAutoindex":
			p.keys[i.p1] = keyCollations(i.p4)
		case "OpenRead", "OpenWrite", "ReopenIdx", "VOpen":
			p.kept[i.p1] = true
			p.keys[i.p1] = keyCollations(i.p4)
		case "Insert", "IdxInsert", "SorterInsert":
			p.inserts[i.p1] = append(p.inserts[i.p1], at)
		case "VFilter":
			p.scans(modules, i)
		}
	}
	for cursor, at := range p.inserts {
		if base := p.base(cursor); base != cursor {
			p.inserts[base] = append(p.inserts[base], at...)
		}
	}
	for _, i := range p.instructions {
		name, _, _ := strings.Cut(i.p4, "(")
		p.hasTimes = p.hasTimes || i.op == "VColumn" && p.isTime(i) || (i.op == "Function" || i.op == "PureFunc") && makesTime[name]
	}
	p.flow = newFlow(p.instructions)
	return p
}

// scans reads the plan of a scan of one of the plugin's tables.
func (p *program) scans(modules []*module, i instruction) {
	var plan plan
	if json.Unmarshal([]byte(i.p4), &plan) != nil {
		return
	}
	at := slices.IndexFunc(modules, func(m *module) bool { return m.name == plan.Table })
	if at < 0 {
		return
	}
	m := modules[at]
	p.tables[i.p1] = m
	here := map[columnOf]bool{}
	for _, q := range plan.Quals {
		c := columnOf{m.name, slices.IndexFunc(m.schema.Columns, func(c *proto.ColumnDefinition) bool { return c.Name == q.Column })}
		if here[c] {
			p.pushedTwice[c] = m.collation(c.column)
		}
		p.pushed[c], here[c] = true, true
	}
}

// isTime reports whether an instruction reads a time from a table of the plugin's.
func (p *program) isTime(i instruction) bool {
	m := p.tables[i.p1]
	return m != nil && i.p2 >= 0 && i.p2 < len(m.schema.Columns) && m.schema.Columns[i.p2].Type == proto.ColumnType_TIMESTAMP
}

// readsRowids reports whether the program reads rowids of a table of the plugin's.
func (p *program) readsRowids() bool {
	return slices.ContainsFunc(p.instructions, func(i instruction) bool { return i.op == "Rowid" && p.tables[i.p1] != nil })
}

// base returns the cursor with whose table a cursor was opened.
func (p *program) base(cursor int) int {
	if base, ok := p.same[cursor]; ok {
		return base
	}
	return cursor
}

// origin returns where the value comes from that a register has before an instruction.
func (p *program) origin(at, register int) origin {
	return p.search(place{at: at, register: register, cursor: none})
}

// stored returns where the values in a column of a cursor's table come from.
func (p *program) stored(cursor, column int) origin {
	return p.search(place{register: none, cursor: p.base(cursor), path: string(rune(column))})
}

// search returns where the value at a place may come from. It follows the program
// backwards, from each place to the places from which the value may be copied there.
func (p *program) search(from place) origin {
	if o, ok := p.found[from]; ok {
		return o
	}
	if p.searching[from] { // it depends on itself
		return origin{time: true, other: true, elsewhere: true}
	}
	p.searching[from] = true
	defer delete(p.searching, from)
	var o origin
	seen := map[place]bool{from: true}
	queue := []place{from}
	add := func(q place) {
		if found, ok := p.found[q]; ok {
			o.or(found)
		} else if !seen[q] {
			seen[q] = true
			queue = append(queue, q)
		}
	}
	for len(queue) > 0 {
		q := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if q.register == none {
			o.elsewhere = true
			if p.kept[q.cursor] {
				o.other = true
			}
			for _, at := range p.inserts[q.cursor] {
				add(place{at, p.instructions[at].p2, none, q.path})
			}
			continue
		}
		// Most registers have one writer in the whole program.
		if writers := p.flow.valueWriters[q.register]; len(writers) <= 1 {
			for _, at := range writers {
				p.written(&o, place{at, q.register, none, q.path}, add)
			}
			continue
		}
		if at, ok := p.flow.writer(q.at, q.register); ok {
			p.written(&o, place{at, q.register, none, q.path}, add)
			continue
		}
		for before := range p.flow.before(p.flow.first[q.at], q.register) {
			// before is in another run, and may itself write the register.
			if _, writes := slices.BinarySearch(p.flow.writers[q.register], before); writes {
				p.written(&o, place{before, q.register, none, q.path}, add)
			} else {
				add(place{before, q.register, none, q.path})
			}
		}
	}
	p.found[from] = o
	return o
}

// written adds to o where the value comes from that an instruction writes into a
// register, or calls add with the places from which the instruction copies it.
func (p *program) written(o *origin, q place, add func(place)) {
	i := p.instructions[q.at]
	if i.writesNull(q.register) {
		return
	}
	in := func(register int) { add(place{q.at, register, none, q.path}) }
	switch i.op {
	case "Copy", "SCopy", "Move", "IntCopy":
		in(i.p1 + q.register - i.p2)
		return
	case "Column":
		path := string(rune(i.p2)) + q.path
		if register, ok := p.pseudo[i.p1]; ok {
			o.elsewhere = true
			add(place{q.at, register, none, path})
		} else {
			add(place{register: none, cursor: p.base(i.p1), path: path})
		}
		return
	case "RowData", "SorterData":
		add(place{register: none, cursor: p.base(i.p1), path: q.path})
		return
	case "MakeRecord":
		if column, size := utf8.DecodeRuneInString(q.path); size > 0 {
			if int(column) < i.p2 {
				add(place{q.at, i.p1 + int(column), none, q.path[size:]})
			}
			return
		}
	case "VColumn":
		if m := p.tables[i.p1]; m != nil && i.p2 >= 0 && i.p2 < len(m.schema.Columns) {
			isTime := p.isTime(i)
			o.or(origin{time: isTime, other: !isTime, columns: []columnOf{{m.name, i.p2}}})
			return
		}
	case "String8", "String":
		o.elsewhere = true
		switch {
		case !strings.ContainsAny(i.p4, "0123456789"):
			o.word = true
			o.otherWord = o.otherWord || !isUTC(i.p4)
		case !isTimeText(i.p4):
			o.other = true
		}
		return
	case "Function", "PureFunc", "AggStep", "AggInverse", "AggFinal", "AggValue":
		o.elsewhere = true
		name, arguments := p.function(q.at)
		switch {
		case makesTime[name]:
			o.time = true
			// The local time of another zone is a time that is not in UTC.
			o.other = o.other || name == "timezone" && !p.origin(q.at, i.p2).isUTC()
			return
		case !returnsArgument[name]:
		case i.op == "AggFinal" || i.op == "AggValue":
			in(i.p1)
			return
		default:
			for n := range arguments {
				in(i.p2 + n)
			}
			if strings.HasPrefix(i.op, "Agg") {
				in(i.p3)
			}
			return
		}
	case "Integer", "Int64", "Real", "Add", "Subtract", "Multiply", "Divide", "Remainder", "Count":
		o.number = true
	}
	o.other, o.elsewhere = true, true
}

// times returns which columns of the statement's result are times.
func (p *program) times() []bool {
	if !p.hasTimes {
		return nil
	}
	var columns []origin // of all instructions that return a row
	for at, i := range p.instructions {
		if i.op != "ResultRow" {
			continue
		}
		for n := range i.p2 {
			if n == len(columns) {
				columns = append(columns, origin{})
			}
			columns[n].or(p.origin(at, i.p1+n))
		}
	}
	times := make([]bool, len(columns))
	for n, o := range columns {
		times[n] = o.time && !o.other
	}
	return times
}

// isTimeText reports whether a text is a time in the spelling of the plugin's tables.
func isTimeText(text string) bool {
	t, err := time.Parse(time.RFC3339Nano, text)
	return err == nil && spell(t) == text
}

// check finds the instructions that compare in another way than the plugin, and those
// that take a time for a number or compare it as text.
func (p *program) check() {
	for at, i := range p.instructions {
		switch i.op {
		case "Eq", "Ne", "Lt", "Le", "Gt", "Ge":
			p.collate(at)
		}
	}
	if !p.hasTimes {
		return
	}
	for at, i := range p.instructions {
		switch i.op {
		case "Eq", "Ne":
			p.compare(at, false)
		case "Lt", "Le", "Gt", "Ge":
			p.compare(at, true)
		case "Compare":
			p.compareRows(at)
		case "Found", "NotFound", "NoConflict", "IfNoHope":
			p.probe(at, false)
		case "SeekGE", "SeekGT", "SeekLE", "SeekLT", "IdxGE", "IdxGT", "IdxLE", "IdxLT":
			p.probe(at, true)
		case "Function", "PureFunc", "AggStep":
			p.call(at)
		case "Add", "Subtract", "Multiply", "Divide", "Remainder":
			if p.origin(at, i.p1).time || p.origin(at, i.p2).time {
				p.refuse(errArithmetic)
			}
		case "Cast":
			if i.p2 > affinityText && p.origin(at, i.p1).time {
				p.refuse(errArithmetic)
			}
		}
	}
	for cursor := range p.sorted {
		for column, collation := range p.keys[cursor] {
			if !isMoment(collation) {
				p.checkSorting(p.stored(cursor, column))
			}
		}
	}
}

// affinityText is SQLite's code for text; those of numbers are greater.
const affinityText = 'B'

func isMoment(collation string) bool { return strings.EqualFold(collation, moment) }

// collate finds the columns that an instruction compares by another collation than the
// plugin does.
func (p *program) collate(at int) {
	i := p.instructions[at]
	collation := collation(i.p4)
	if collation == "" || strings.EqualFold(collation, "binary") {
		return
	}
	other := func(c columnOf) bool { return p.pushed[c] && !strings.EqualFold(collation, p.collation(c)) }
	left, read := p.origin(at, i.p1).from()
	right, alsoRead := p.origin(at, i.p3).from()
	if read && other(left) {
		p.compared = append(p.compared, left)
	}
	if alsoRead && other(right) {
		p.compared = append(p.compared, right)
	}
	if !read && !alsoRead {
		// For column = 'a' and column = 'A' collate nocase, SQLite compares
		// 'a' = 'A' collate nocase, and offers both conditions to the plugin all the
		// same.
		for c, own := range p.pushedTwice {
			if !strings.EqualFold(collation, own) {
				p.compared = append(p.compared, c)
			}
		}
	}
}

// compare checks the comparison of two registers. order is true if it asks which value
// is the smaller.
func (p *program) compare(at int, order bool) {
	i := p.instructions[at]
	a, b := p.origin(at, i.p1), p.origin(at, i.p3)
	switch {
	case !isMoment(collation(i.p4)):
		p.checkComparison(a, b, order)
	case i.p5&affinities != affinityText && (a.time && b.number || b.time && a.number):
		p.refuse(errAsText) // SQLite compares a text with a number without the collation
	}
}

// affinities are the bits of a comparison's last operand that say to which type it
// converts its values.
const affinities = 0x47

// collation returns the collation of a column of the plugin's.
func (p *program) collation(c columnOf) string {
	for _, m := range p.tables {
		if m.name == c.table {
			return m.collation(c.column)
		}
	}
	return ""
}

// compareRows checks the comparison of two rows, each in consecutive registers.
func (p *program) compareRows(at int) {
	i := p.instructions[at]
	keys := keyCollations(i.p4)
	columns := make([]int, len(keys))
	for n := range columns {
		columns[n] = n
	}
	if i.p5 != 0 && at > 0 && p.instructions[at-1].op == "Permutation" {
		_ = json.Unmarshal([]byte(p.instructions[at-1].p4), &columns)
	}
	for n := range min(i.p3, len(keys), len(columns)) {
		if !isMoment(keys[n]) {
			a, b := p.origin(at, i.p1+columns[n]), p.origin(at, i.p2+columns[n])
			p.checkComparison(a, b, false)
			p.ordered = p.ordered || a.time || b.time
		}
	}
}

// probe checks a search in an index for the values of registers.
func (p *program) probe(at int, order bool) {
	i := p.instructions[at]
	cursor := p.base(i.p1)
	if i.op == "NoConflict" && p.kept[cursor] {
		return // the check of a unique index of the user's
	}
	n, _ := strconv.Atoi(i.p4)
	for column, collation := range p.keys[cursor] {
		if isMoment(collation) {
			continue
		}
		switch {
		case n == 0:
			p.checkComparison(p.search(place{at, i.p3, none, string(rune(column))}), p.stored(cursor, column), order)
		case column < n:
			p.checkComparison(p.origin(at, i.p3+column), p.stored(cursor, column), order)
		}
	}
}

// call checks a call of a function that calculates or compares.
func (p *program) call(at int) {
	i := p.instructions[at]
	name, arguments := p.function(at)
	byMoment := at > 0 && p.instructions[at-1].op == "CollSeq" && isMoment(collation(p.instructions[at-1].p4))
	switch {
	case calculates[name]:
		for n := range arguments {
			if p.origin(at, i.p2+n).time {
				p.refuse(errArithmetic)
			}
		}
	case name == "nullif" && !byMoment:
		p.checkComparison(p.origin(at, i.p2), p.origin(at, i.p2+1), false)
	case name == "min" || name == "max":
		var all origin
		for n := range arguments {
			all.or(p.origin(at, i.p2+n))
		}
		switch {
		case all.time && arguments >= maskBits:
			p.refuse(errAsText) // EXPLAIN does not show where the arguments end
		case !byMoment && i.op == "AggStep":
			p.checkSorting(all)
		case !byMoment:
			p.checkComparison(all, all, true)
		case all.time && all.number:
			p.refuse(errAsText)
		}
	}
}

// checkComparison checks the comparison of two values without collate moment. Two
// times have the same text if they are the same moment. Their texts have the order of
// the times, except within a second: as text, 09:00:00.5Z comes before 09:00:00Z.
func (p *program) checkComparison(a, b origin, order bool) {
	if a.time && (b.other || order && b.word) || b.time && (a.other || order && a.word) {
		p.refuse(errAsText)
	}
	p.ordered = p.ordered || order && (a.time || b.time)
}

// checkSorting checks values that SQLite sorts, or of which it finds the distinct ones,
// without collate moment.
func (p *program) checkSorting(o origin) {
	if o.time && o.other {
		p.refuse(errAsText)
	}
	p.ordered = p.ordered || o.time
}

func (p *program) refuse(err error) {
	if p.refused == nil {
		p.refused = err
	}
}

// literals returns the times in the statement that have the spelling of the plugin's
// tables.
func (p *program) literals() []string {
	var all []string
	for _, i := range p.instructions {
		if (i.op == "String8" || i.op == "String") && isTimeText(i.p4) {
			all = append(all, i.p4)
		}
	}
	return all
}

// maskBits is the number of arguments of which EXPLAIN shows whether they are constant.
const maskBits = 32

// function returns the name of the function that an instruction calls, and how many
// registers have its arguments. "max(2)" has two. Of a function that takes any number
// of arguments, as in "max(-3)", EXPLAIN shows only which of the first maskBits are
// constant. The register of the last of the others is the one that the instruction
// before the call writes. So the call has at least as many arguments as either shows.
func (p *program) function(at int) (name string, arguments int) {
	i := p.instructions[at]
	name, rest, _ := strings.Cut(i.p4, "(")
	arguments, _ = strconv.Atoi(strings.TrimSuffix(rest, ")"))
	if arguments >= 0 {
		return name, arguments
	}
	before := at - 1
	if before >= 0 && p.instructions[before].op == "CollSeq" {
		before--
	}
	arguments = max(2, bits.Len32(uint32(i.p1)))
	if before >= 0 {
		arguments = max(arguments, p.instructions[before].last()-i.p2+1)
	}
	return name, arguments
}

var (
	errArithmetic = &Error{
		Message: "SQLite takes the year of a time for a number, and calculates with that",
		Advice: advice.Of("The seconds between two times are: date_part('epoch', end_time) - date_part('epoch', start_time)",
			"两个时间相差的秒数是：date_part('epoch', end_time) - date_part('epoch', start_time)"),
	}
	errAsText = &Error{
		Message: "SQLite compares a time as text here",
		Advice: advice.Of("Make a time of the other value, as in timezone('UTC', '2026-11-27T09:00:00+08:00'), "+
			"or write behind what is compared, ordered or grouped by: collate "+moment,
			"请把另一个值也变成时间，例如 timezone('UTC', '2026-11-27T09:00:00+08:00')，或者在比较、排序或分组的内容后面写上：collate "+moment),
	}
)

// returnsArgument are the functions that return one of their arguments, calculates
// those that calculate with their arguments, and makesTime those that return a time.
var (
	returnsArgument = set("min", "max", "coalesce", "ifnull", "nullif", "iif", "if", "lag", "lead", "first_value", "last_value", "nth_value")
	calculates      = set("sum", "total", "avg", "abs", "round")
	makesTime       = set("now", "to_timestamp", "timezone", "make_timestamptz")
)

func set(names ...string) map[string]bool {
	s := map[string]bool{}
	for _, n := range names {
		s[n] = true
	}
	return s
}

// collation returns the name of the collation in an operand such as "NOCASE-8".
func collation(p4 string) string {
	if i := strings.LastIndexByte(p4, '-'); i > 0 {
		return p4[:i]
	}
	return ""
}

// keyCollations returns the names of the collations in an operand such as
// "k(2,B,-moment)". B is binary.
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
