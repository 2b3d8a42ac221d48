package sqlite

import (
	"iter"
	"maps"
	"slices"
)

// flow is the order in which the instructions of a program may run.
type flow struct {
	instructions []instruction
	// predecessors has, for each instruction, those after which it may run next.
	predecessors [][]int
	// returnsTo has, for an instruction, the calls that return to it.
	returnsTo map[int][]call
	// first has, for each instruction, the first one of its run. A run is a sequence
	// of instructions: each, except the first, runs only after the one before it.
	first []int
	// writers has, for each register, the instructions that write it, in order, and
	// valueWriters those that write a value that may be other than NULL.
	writers, valueWriters map[int][]int
	// using has, for each operation of subroutines and coroutines and each register, the
	// instructions of that operation whose first operand is the register.
	using map[use][]int
}

// use is an operation with a register as its first operand.
type use struct {
	op       string
	register int
}

// usesRegister are the operations of subroutines and coroutines.
var usesRegister = set("Return", "Yield", "InitCoroutine", "EndCoroutine")

// call is a call of a subroutine or a coroutine.
type call struct {
	from   int          // the instruction that calls
	ends   []int        // the instructions of the subroutine or coroutine that return
	writes map[int]bool // the registers that may be written in between
}

func newFlow(instructions []instruction) *flow {
	f := &flow{instructions: instructions, predecessors: make([][]int, len(instructions)+1), returnsTo: map[int][]call{}, writers: map[int][]int{}, valueWriters: map[int][]int{}, using: map[use][]int{}}
	for at, i := range instructions {
		if usesRegister[i.op] {
			u := use{i.op, i.p1}
			f.using[u] = append(f.using[u], at)
		}
	}
	written := map[int]map[int]bool{} // by the first instruction
	for at, i := range instructions {
		for _, to := range f.next(at) {
			f.addStep(at, to)
		}
		i.eachWritten(func(register int) {
			f.writers[register] = append(f.writers[register], at)
			if !i.writesNull(register) {
				f.valueWriters[register] = append(f.valueWriters[register], at)
			}
		})
		switch {
		case i.op == "Gosub":
			f.addStep(at, i.p2)
			f.addCall(at, at+1, []int{i.p2}, f.using[use{"Return", i.p1}], written)
		case i.resumes():
			var yields, starts []int
			for _, y := range f.using[use{"Yield", i.p1}] {
				if !instructions[y].resumes() {
					yields = append(yields, y)
					f.addStep(at, y+1)
				}
			}
			for _, start := range f.using[use{"InitCoroutine", i.p1}] {
				starts = append(starts, instructions[start].p3)
				f.addStep(at, instructions[start].p3)
			}
			f.addCall(at, at+1, starts, yields, written)
			f.addCall(at, i.p2, starts, f.using[use{"EndCoroutine", i.p1}], written)
		}
	}
	f.first = make([]int, len(instructions))
	for at := range instructions {
		f.first[at] = at
		if len(f.returnsTo[at]) == 0 && len(f.predecessors[at]) == 1 && f.predecessors[at][0] == at-1 {
			f.first[at] = f.first[at-1]
		}
	}
	return f
}

// addStep adds that an instruction may run next after another.
func (f *flow) addStep(from, to int) {
	if to >= 0 && to < len(f.predecessors) {
		f.predecessors[to] = append(f.predecessors[to], from)
	}
}

// writer returns the last instruction that writes a register among those before at in
// its run.
func (f *flow) writer(at, register int) (int, bool) {
	all := f.writers[register]
	n, _ := slices.BinarySearch(all, at)
	if n == 0 || all[n-1] < f.first[at] {
		return 0, false
	}
	return all[n-1], true
}

// addCall adds a call from one instruction that returns to another. starts are the first
// instructions of what is called.
func (f *flow) addCall(from, to int, starts, ends []int, written map[int]map[int]bool) {
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
	f.returnsTo[to] = append(f.returnsTo[to], call{from, ends, writes})
}

// written returns the registers that may be written by the subroutine or coroutine that
// starts at an instruction, and by those that it calls.
func (f *flow) written(start int) map[int]bool {
	writes, seen, queue := map[int]bool{}, make([]bool, len(f.instructions)), []int{start}
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
				for _, start := range f.using[use{"InitCoroutine", i.p1}] {
					queue = append(queue, f.instructions[start].p3)
				}
			}
		}
	}
	return writes
}

// before yields the instructions after which a register has the value that it has before
// the instruction at. If a subroutine returns to at, it is the instruction at the end
// of the subroutine if that writes the register, and otherwise the one that called.
func (f *flow) before(at, register int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, from := range f.predecessors[at] {
			if !yield(from) {
				return
			}
		}
		for _, c := range f.returnsTo[at] {
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

// next returns the instructions that may run next after one, without those that a
// subroutine or a coroutine starts at or returns to.
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

// resumes reports whether an instruction starts or resumes a coroutine. It does so by a
// Yield whose second operand says where to go on after the coroutine has ended. The
// Yield by which a coroutine returns has no such operand.
func (i instruction) resumes() bool { return i.op == "Yield" && i.p2 != 0 }

// jumps are the instructions that may jump to their second operand.
var jumps = set("DecrJumpZero", "ElseEq", "Eq", "Filter", "FkIfZero", "Found", "Ge", "Gt", "IFindKey", "IdxGE", "IdxGT", "IdxLE", "IdxLT",
	"If", "IfEmpty", "IfNoHope", "IfNot", "IfNotOpen", "IfNotZero", "IfNullRow", "IfPos", "IfSizeBetween", "IfSmaller", "IncrVacuum",
	"IsNull", "IsNullOrType", "IsType", "Last", "Le", "Lt", "MustBeInt", "Ne", "Next", "NoConflict", "NotExists", "NotFound", "NotNull",
	"Once", "Prev", "Program", "Rewind", "RowSetRead", "RowSetTest", "SeekGE", "SeekGT", "SeekLE", "SeekLT", "SeekRowid", "SeekScan",
	"SequenceTest", "Sort", "SorterCompare", "SorterNext", "SorterSort", "VFilter", "VNext")

// writesSecond are the instructions that write the register in their second operand,
// writesThird those that write the one in their third.
var (
	writesSecond = set("BitNot", "Blob", "Count", "CreateBtree", "Destroy", "GetSubtype", "IdxRowid", "Int64", "Integer", "IntCopy", "IsTrue",
		"JournalMode", "MaxPgcnt", "NewRowid", "Not", "OffsetLimit", "Pagecount", "Param", "ReadCookie", "Real", "RowData", "Rowid",
		"SCopy", "Sequence", "SorterData", "String", "String8", "VCheck", "VInitIn", "Variable", "ZeroOrNull")
	writesThird = set("Add", "AggInverse", "AggStep", "AggValue", "And", "BitAnd", "BitOr", "Column", "Concat", "Divide", "Function", "MakeRecord",
		"Multiply", "Offset", "Or", "Program", "PureFunc", "Remainder", "RowSetRead", "ShiftLeft", "ShiftRight", "Subtract", "VColumn")
)

// copies returns how many registers an instruction copies.
func (i instruction) copies() int {
	switch i.op {
	case "Copy":
		return i.p3 + 1
	case "Move":
		return i.p3
	}
	return 1
}

// eachWritten calls yield with each register into which an instruction puts a value. It
// leaves out the registers in which an instruction changes the value, such as counters
// and those of inPlace.
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
	case writesSecond[i.op]:
	case writesThird[i.op]:
		first = i.p3
	default:
		n = 0
	}
	for r := range n {
		yield(first + r)
	}
}

// writesNull reports whether an instruction writes NULL into a register that it writes.
func (i instruction) writesNull(register int) bool {
	switch i.op {
	case "Null", "BeginSubrtn", "SoftNull":
		return true
	case "Move": // leaves NULL where it takes a value
		return register < i.p2 || register >= i.p2+i.copies()
	}
	return false
}

// inPlace are the instructions that change the value in their first register.
var inPlace = []string{"AddImm", "Affinity", "ClrSubtype", "RealAffinity"}

// last returns the last register into which an instruction puts a value, or in which it
// changes one (inPlace).
func (i instruction) last() int {
	last := none
	i.eachWritten(func(r int) { last = max(last, r) })
	if slices.Contains(inPlace, i.op) {
		last = max(last, i.p1)
	}
	return last
}
