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

// SQLite recognizes a row by its rowid: for a right or a full join it reads the right
// table twice, and for an "or" over two keys once by each key, in scans that return
// other rows in another order. So a rowid is made of the columns that identify a row,
// or else of all columns that the query reads: the conditions in which the scans differ
// are on these, so that rows with equal values are in both scans or in none.

// connectionColumn is the column with the connection, for the rows of an aggregator.
const connectionColumn = "sp_connection_name"

// identity returns the columns that identify a row of a table; none is all that a query
// reads.
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

// rowids gives the rows of one scan their rowids. Rows with equal values are counted.
type rowids struct {
	identity []string
	seen     map[int64]int64
}

// of returns the rowid of the scan's next row. If a row has no value for a part of its
// identity, its rowid is made of all columns of the scan.
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

// writeColumn writes a value, so that only equal values are written equally. It reports
// whether there is a value.
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
