package delivery

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/encoding/protowire"
	gproto "google.golang.org/protobuf/proto"
)

// rowFormat packs rows into bytes: for each row and each column, in the order of names,
// the length of the value plus one, and the value; 0 if the row does not have the
// column. So the names of columns are kept once, and a reader unpacks only the columns
// that it needs.
type rowFormat struct {
	names []string // of the columns that any row has
}

// pack packs rows, and adds their columns to the format.
func (f *rowFormat) pack(rows []*proto.Row) ([]byte, error) {
	var page []byte
	for _, row := range rows {
		for _, name := range slices.Sorted(maps.Keys(row.Columns)) {
			if !slices.Contains(f.names, name) {
				// A new slice: readers may still use the old one.
				f.names = append(slices.Clip(f.names), name)
			}
		}
		var err error
		if page, err = f.packRow(page, row); err != nil {
			return nil, fmt.Errorf("packing the rows of a result: %w", err)
		}
	}
	return slices.Clip(page), nil
}

// packRow appends a row: how many columns of the format it was packed with, and their
// values.
func (f *rowFormat) packRow(page []byte, row *proto.Row) (_ []byte, err error) {
	page = protowire.AppendVarint(page, uint64(len(f.names)))
	for _, name := range f.names {
		column, ok := row.Columns[name]
		if !ok {
			page = protowire.AppendVarint(page, 0)
			continue
		}
		page = protowire.AppendVarint(page, uint64(gproto.Size(column)+1))
		if page, err = (gproto.MarshalOptions{UseCachedSize: true}).MarshalAppend(page, column); err != nil {
			return nil, err
		}
	}
	return page, nil
}

var errPacked = errors.New("unpacking the rows of a result: they are damaged")

// unpack returns the rows of a page, with those of some columns that they have.
func (f rowFormat) unpack(page []byte, columns []string) (rows []*proto.Row, err error) {
	wanted := make([]bool, len(f.names))
	for i, name := range f.names {
		wanted[i] = slices.Contains(columns, name)
	}
	next := func() (n uint64) {
		n, size := protowire.ConsumeVarint(page)
		if size < 0 {
			err, page = errPacked, nil
			return 0
		}
		page = page[size:]
		return n
	}
	for len(page) > 0 && err == nil {
		row := &proto.Row{Columns: make(map[string]*proto.Column, len(columns))}
		for i := range next() {
			n := next()
			if n == 0 {
				continue
			}
			if n--; n > uint64(len(page)) {
				return nil, errPacked
			}
			if wanted[i] {
				column := &proto.Column{}
				if err := gproto.Unmarshal(page[:n], column); err != nil {
					return nil, fmt.Errorf("unpacking the rows of a result: %w", err)
				}
				row.Columns[f.names[i]] = column
			}
			page = page[n:]
		}
		rows = append(rows, row)
	}
	return rows, err
}

// project returns a row with those of some columns that it has.
func project(row *proto.Row, columns []string) *proto.Row {
	some := &proto.Row{Columns: make(map[string]*proto.Column, len(columns))}
	for _, name := range columns {
		if v, ok := row.GetColumns()[name]; ok {
			some.Columns[name] = v
		}
	}
	return some
}
