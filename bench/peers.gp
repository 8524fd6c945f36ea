# Loads and the fallback, of the series and of each peer.
set title 'A load on 1 CPU, relative to the series'
set style data histogram
set style histogram clustered gap 1
set style fill solid border -1
set yrange [0:*]
set grid y
set key outside autotitle columnhead
plot for [i=2:columns] data using i:xtic(1)
