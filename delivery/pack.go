package delivery

import (
	"errors"
	"fmt"
	"slices"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/encoding/protowire"
	gproto "google.golang.org/protobuf/proto"
)

// rowFormat packs rows into bytes. It is the names of the columns that are kept. For each
// row and each of them, in their order, there is the length of the value plus one, and
// the value; 0 if the row does not have the column. So the names are kept once, and a
// reader unpacks only the columns that it needs. There is at least one: rows without
// columns would take nothing.
type rowFormat []string

// pack packs rows.
func (f rowFormat) pack(rows []*proto.Row) (page []byte, err error) {
	for _, row := range rows {
		for _, name := range f {
			column, ok := row.Columns[name]
			if !ok {
				page = protowire.AppendVarint(page, 0)
				continue
			}
			page = protowire.AppendVarint(page, uint64(gproto.Size(column)+1))
			if page, err = (gproto.MarshalOptions{UseCachedSize: true}).MarshalAppend(page, column); err != nil {
				return nil, fmt.Errorf("packing the rows of a result: %w", err)
			}
		}
	}
	return slices.Clip(page), nil
}

var errPacked = errors.New("unpacking the rows of a result: they are damaged")

// unpack returns the rows of a page, with those of some columns that they have.
func (f rowFormat) unpack(page []byte, columns []string) (rows []*proto.Row, err error) {
	wanted := make([]bool, len(f))
	for i, name := range f {
		wanted[i] = slices.Contains(columns, name)
	}
	for len(page) > 0 {
		row := &proto.Row{Columns: make(map[string]*proto.Column, len(columns))}
		for i, name := range f {
			n, size := protowire.ConsumeVarint(page)
			if size < 0 || n > uint64(len(page)-size)+1 {
				return nil, errPacked
			}
			page = page[size:]
			if n == 0 {
				continue
			}
			if n--; wanted[i] {
				column := &proto.Column{}
				if err := gproto.Unmarshal(page[:n], column); err != nil {
					return nil, fmt.Errorf("unpacking the rows of a result: %w", err)
				}
				row.Columns[name] = column
			}
			page = page[n:]
		}
		rows = append(rows, row)
	}
	return rows, nil
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
