package sqlite

import (
	"iter"
	"maps"
	"slices"
)

// flow is the order in which the instructions of a program may run.
type flow struct {
	instructions []instruction
	steps        [][]int        // the instructions from which one is reached
	calls        map[int][]call // those that come back to one
	// first is the first instruction of the run that ends in one: of the others
	// of the run, each is reached from the one before and no other.
	first []int
	// writers are the instructions that write a register.
	writers map[int][]int
}

// call is a subroutine or a coroutine that runs between an instruction and what
// it comes back to.
type call struct {
	from   int
	ends   []int        // the instructions of the other that come back
	writes map[int]bool // the registers that it may write
}

func newFlow(instructions []instruction) *flow {
	f := &flow{instructions: instructions, steps: make([][]int, len(instructions)+1), calls: map[int][]call{}, writers: map[int][]int{}}
	written := map[int]map[int]bool{} // by the first instruction
	for at, i := range instructions {
		for _, to := range f.next(at) {
			f.step(at, to)
		}
		i.eachWritten(func(register int) { f.writers[register] = append(f.writers[register], at) })
		switch {
		case i.op == "Gosub":
			f.step(at, i.p2)
			f.call(at, at+1, []int{i.p2}, f.all("Return", i.p1), written)
		case i.resumes():
			var yields, starts []int
			for _, y := range f.all("Yield", i.p1) {
				if !instructions[y].resumes() {
					yields = append(yields, y)
					f.step(at, y+1)
				}
			}
			for _, start := range f.all("InitCoroutine", i.p1) {
				starts = append(starts, instructions[start].p3)
				f.step(at, instructions[start].p3)
			}
			f.call(at, at+1, starts, yields, written)
			f.call(at, i.p2, starts, f.all("EndCoroutine", i.p1), written)
		}
	}
	f.first = make([]int, len(instructions))
	for at := range instructions {
		f.first[at] = at
		if len(f.calls[at]) == 0 && len(f.steps[at]) == 1 && f.steps[at][0] == at-1 {
			f.first[at] = f.first[at-1]
		}
	}
	return f
}

func (f *flow) step(from, to int) {
	if to >= 0 && to < len(f.steps) {
		f.steps[to] = append(f.steps[to], from)
	}
}

// writer is the last instruction of the run before one that writes a register.
func (f *flow) writer(at, register int) (int, bool) {
	all := f.writers[register]
	n, _ := slices.BinarySearch(all, at)
	if n == 0 || all[n-1] < f.first[at] {
		return 0, false
	}
	return all[n-1], true
}

// all are the instructions that do something with a register.
func (f *flow) all(op string, register int) []int {
	var all []int
	for at, i := range f.instructions {
		if i.op == op && i.p1 == register {
			all = append(all, at)
		}
	}
	return all
}

func (f *flow) call(from, to int, starts, ends []int, written map[int]map[int]bool) {
	var writes map[int]bool
	for _, start := range starts {
		if written[start] == nil {
			written[start] = f.written(start)
		}
		if writes == nil {
			writes = written[start]
		} else {
			writes = maps.Clone(writes)
			maps.Copy(writes, written[start])
		}
	}
	f.calls[to] = append(f.calls[to], call{from, ends, writes})
}

// written are the registers that what starts at an instruction may write, and
// what that calls.
func (f *flow) written(start int) map[int]bool {
	writes, seen, queue := map[int]bool{}, map[int]bool{}, []int{start}
	for len(queue) > 0 {
		at := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if at < 0 || at >= len(f.instructions) || seen[at] {
			continue
		}
		seen[at] = true
		i := f.instructions[at]
		i.eachWritten(func(register int) { writes[register] = true })
		queue = append(queue, f.next(at)...)
		switch i.op {
		case "Gosub":
			queue = append(queue, i.p2, at+1)
		case "Yield":
			queue = append(queue, at+1)
			if i.resumes() {
				queue = append(queue, i.p2)
				for _, start := range f.all("InitCoroutine", i.p1) {
					queue = append(queue, f.instructions[start].p3)
				}
			}
		}
	}
	return writes
}

// before yields the instructions behind which one runs, with the value that a
// register has then. What a subroutine does not write is what it was at the call.
func (f *flow) before(at, register int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, from := range f.steps[at] {
			if !yield(from) {
				return
			}
		}
		for _, c := range f.calls[at] {
			ends := []int{c.from}
			if c.writes[register] {
				ends = c.ends
			}
			for _, end := range ends {
				if !yield(end) {
					return
				}
			}
		}
	}
}

// next are the instructions that may follow one, but for those of subroutines and
// coroutines.
func (f *flow) next(at int) []int {
	i := f.instructions[at]
	switch i.op {
	case "Goto":
		return []int{i.p2}
	case "Halt", "Gosub", "Yield", "EndCoroutine":
		return nil
	case "Return":
		if i.p3 == 0 {
			return nil
		}
		return []int{at + 1} // where nobody called
	case "Init", "InitCoroutine":
		if i.p2 != 0 {
			return []int{i.p2}
		}
		return []int{at + 1}
	case "Jump":
		return []int{i.p1, i.p2, i.p3}
	}
	if jumps[i.op] && i.p2 > 0 {
		return []int{at + 1, i.p2}
	}
	return []int{at + 1}
}

// resumes reports whether an instruction has a coroutine go on, which comes back
// by a Yield of its own, without a place to go to at the end.
func (i instruction) resumes() bool { return i.op == "Yield" && i.p2 != 0 }

// jumps are the instructions that may go on at their second operand.
var jumps = set("DecrJumpZero", "ElseEq", "Eq", "Filter", "FkIfZero", "Found", "Ge", "Gt", "IFindKey", "IdxGE", "IdxGT", "IdxLE", "IdxLT",
	"If", "IfEmpty", "IfNoHope", "IfNot", "IfNotOpen", "IfNotZero", "IfNullRow", "IfPos", "IfSizeBetween", "IfSmaller", "IncrVacuum",
	"IsNull", "IsNullOrType", "IsType", "Last", "Le", "Lt", "MustBeInt", "Ne", "Next", "NoConflict", "NotExists", "NotFound", "NotNull",
	"Once", "Prev", "Program", "Rewind", "RowSetRead", "RowSetTest", "SeekGE", "SeekGT", "SeekLE", "SeekLT", "SeekRowid", "SeekScan",
	"SequenceTest", "Sort", "SorterCompare", "SorterNext", "SorterSort", "VFilter", "VNext")

// second and third are the instructions that write a register, by the operand that
// names it.
var (
	second = set("BitNot", "Blob", "Count", "CreateBtree", "Destroy", "GetSubtype", "IdxRowid", "Int64", "Integer", "IntCopy", "IsTrue",
		"JournalMode", "MaxPgcnt", "NewRowid", "Not", "OffsetLimit", "Pagecount", "Param", "ReadCookie", "Real", "RowData", "Rowid",
		"SCopy", "Sequence", "SorterData", "String", "String8", "VCheck", "VInitIn", "Variable", "ZeroOrNull")
	third = set("Add", "AggInverse", "AggStep", "AggValue", "And", "BitAnd", "BitOr", "Column", "Concat", "Divide", "Function", "MakeRecord",
		"Multiply", "Offset", "Or", "Program", "PureFunc", "Remainder", "RowSetRead", "ShiftLeft", "ShiftRight", "Subtract", "VColumn")
)

// copies is how many registers an instruction copies.
func (i instruction) copies() int {
	switch i.op {
	case "Copy":
		return i.p3 + 1
	case "Move":
		return i.p3
	}
	return 1
}

// eachWritten calls yield with the registers that an instruction gives another
// value, but for those in which it changes a number.
func (i instruction) eachWritten(yield func(register int)) {
	first, n := i.p2, 1
	switch {
	case i.op == "Copy" || i.op == "Move":
		n = i.copies()
		if i.op == "Move" {
			for r := range n {
				yield(i.p1 + r)
			}
		}
	case i.op == "Null" || i.op == "BeginSubrtn":
		n = max(1, i.p3-i.p2+1)
	case i.op == "SoftNull" || i.op == "Cast" || i.op == "AggFinal" || i.op == "Gosub" || i.op == "InitCoroutine" || i.op == "Yield":
		first = i.p1
	case second[i.op]:
	case third[i.op]:
		first = i.p3
	default:
		n = 0
	}
	for r := range n {
		yield(first + r)
	}
}

// inPlace are the instructions that change the value in their first register.
var inPlace = []string{"AddImm", "Affinity", "ClrSubtype", "RealAffinity"}

// last is the last register into which an instruction puts a value or in which it
// changes one.
func (i instruction) last() int {
	last := none
	i.eachWritten(func(r int) { last = max(last, r) })
	if slices.Contains(inPlace, i.op) {
		last = max(last, i.p1)
	}
	return last
}
