package sqlite

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// SQLite knows a row again by its rowid: for a right or a full join it reads the
// right table twice, and for an "or" over two keys once by each, in scans that
// bring other rows in another order. So a rowid is made of what tells one row from
// another, or else of all that the query reads of it: the conditions by which the
// scans differ are on that, so rows that are alike in it are in both of them or
// in none.

// connectionColumn tells from which connection of an aggregator a row is.
const connectionColumn = "sp_connection_name"

// identity returns columns that tell one row of a table from another; none is all
// that a query reads.
func (db *DB) identity(connection, table string) []string {
	columns := db.engine.Identity(table)
	isAggregator := slices.ContainsFunc(db.engine.Connections, func(c engine.Connection) bool {
		return c.Name == connection && c.Members != nil
	})
	if isAggregator && columns != nil {
		return append(slices.Clone(columns), connectionColumn)
	}
	return columns
}

// rowids gives the rows of one scan their rowids. Rows that nothing tells apart
// are counted.
type rowids struct {
	identity []string
	seen     map[int64]int64
}

// of returns the rowid of the scan's next row. A row that lacks a part of its
// identity is known by all that the scan brings of it.
func (r *rowids) of(row *proto.Row) int64 {
	h := sha256.New()
	complete := true
	for _, c := range r.identity {
		complete = writeColumn(h, row.Columns[c]) && complete
	}
	if !complete || len(r.identity) == 0 {
		for _, c := range slices.Sorted(maps.Keys(row.Columns)) {
			if !engine.IsSteampipeColumn(c) || c == connectionColumn {
				writeColumn(h, row.Columns[c])
			}
		}
	}
	id := int64(binary.BigEndian.Uint64(h.Sum(nil)))
	if r.seen == nil {
		r.seen = map[int64]int64{}
	}
	n := r.seen[id]
	r.seen[id]++
	return id + n
}

// writeColumn writes a value so that two are the same exactly if they are
// written alike. It reports whether there is one.
func writeColumn(h hash.Hash, c *proto.Column) bool {
	v, err := columnValue(c)
	if err != nil || v == nil {
		io.WriteString(h, "\x00")
		return false
	}
	text := valueText(v)
	fmt.Fprintf(h, "%d:%s", len(text), text)
	return true
}
