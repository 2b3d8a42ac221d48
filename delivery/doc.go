// Package delivery makes each query of a Steampipe plugin return all its rows or an
// error. The plugin SDK (5.14.1) does not: it passes rows and errors on in separate
// channels, twice, and if both an error and the end of the rows are ready, select
// takes either. contributing/sdk-faults.md describes this fault and the others. The
// package knows no plugin: any plugin whose tables have list functions can use it.
//
// # What a plugin calls
//
// Two functions and a type are enough (see the example):
//
//   - [ListFunc] is a table's list function. It returns its error and passes its rows
//     to emit, instead of calling the SDK's StreamListItem.
//   - [List] returns the Hydrate function of the table's ListConfig for it. The table
//     must have no Get function and no matrix. In an engine that links the plugin, all
//     rows are buffered until the last has been read, and an error is returned 10 to
//     50 ms later.
//   - [Serve] replaces plugin.Serve, for a plugin with a static schema. It has a cache
//     in place of the SDK's query cache, with the age and size that Steampipe sets. The
//     rows in it are packed, a thousand at a time.
//
// The others are for plugins that can do more. A plugin that does not call them pays
// nothing for them:
//
//   - [Keys] says which of several key columns decides the list calls, and which values
//     are spellings of the same value, and has what a plugin adds to the errors of a
//     query's conditions. With the zero value, a query makes one list call for each
//     combination of the values that it names.
//   - [Wanted] returns how many more rows the query's LIMIT asks for. A list function
//     can take this number as the size of its first page. The engine may read on after
//     the LIMIT.
//   - [Proceed] is for a list function to call before each API call. After as many rows
//     as the LIMIT, it waits up to 150 ms: the engine may end the query, and then Proceed
//     returns an error. Without Proceed, a query with a LIMIT makes one API call too
//     many.
//   - [NewServer] returns the [Server] that Serve serves, for programs that query a
//     plugin in their own process, and for tests.
//
// # A query, from Execute to its rows
//
// In Steampipe:
//
//  1. Steampipe calls [Server.Execute] (server.go) with a table, conditions, columns,
//     connections and maybe a LIMIT.
//  2. missingKeys (missing_keys.go) returns an error if the query names too few key
//     columns.
//  3. split (scan_request.go, keys.go) makes a scan request for each connection and each
//     list call that the conditions need.
//  4. runRequest gets the result of each scan request from the cache (resultCache.get,
//     cache.go): that of a running scan or of one that has finished. If there is none, it
//     starts a scan.
//  5. For that, runScan (scan.go) calls the SDK's Execute with the scan request, without
//     the LIMIT and without the SDK's cache, and receives the rows by a stream of its own.
//  6. The SDK calls the table's Hydrate function, which finds its scan in the context and
//     calls the list function (scan.list). So the scan has the error from the list
//     function itself.
//  7. The list function passes rows to emit. The SDK builds their columns and sends them
//     to the scan (scan.Send), which adds them to the result (result.add).
//  8. Each query reads the result at its own pace, and sends the rows to its engine
//     (engineStream.send). After LIMIT rows, it waits up to 150 ms: the engine may end the
//     query (rows_wanted.go).
//  9. The list function returns. If it returns an error, scan.fail sets it as the scan's
//     error, and scan.drain waits until the SDK has sent all rows (scan.go). So a late
//     error is not lost. runScan returns the scan's error. If there is none, it compares
//     the number of rows that the SDK has sent with the number that the list function has
//     streamed. resultCache.finish keeps a complete result in the cache.
//  10. The first error of a scan request ends the other scan requests of the query.
//     [Server.Execute] returns that error when all of them have ended.
//
// In an engine that links the plugin there is no Server (linked.go):
//
//  1. The engine calls the SDK's CallExecuteAsync. For a list of values, the SDK makes a
//     list call for each, all at once.
//  2. The first of these calls runs the list function for all that the conditions need,
//     and buffers the rows. The others do nothing.
//  3. If all succeeded, it streams all rows to the SDK. If not, it streams none, and
//     returns an error that ends the SDK's execute before execute sends the end of the
//     rows (linkedError.Is).
package delivery
