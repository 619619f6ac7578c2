#!/bin/sh
# A first tour of the Retromovies API, with curl and what every shell has beside it.
#
#     API=https://retromovies.example/api/v1 KEY=rmk_live_… sh getting_started.sh
#
# The key needs the scopes catalog:read, charts:read and rights:read. Each step checks what it was told; the script ends
# with an error as soon as something is not as the documentation says.
set -eu
: "${API:?the address that ends in /api/v1}" "${KEY:?a partner key}"

call() { path=$1; shift; curl -sS -G --max-time 30 -H "Authorization: Bearer $KEY" "$@" "$API/$path"; }
get() { call "$@" --fail-with-body; } # which must answer 2xx
number() { printf '%s\n' "$2" | grep -o "\"$1\": *-\{0,1\}[0-9][0-9]*" | cut -d: -f2 | tr -d ' '; } # of each such field
text() { printf '%s\n' "$2" | grep -o "\"$1\": *\"\([^\"\\\\]\|\\\\.\)*\"" | sed 's/^[^:]*: *"//; s/"$//; s/\\\(.\)/\1/g'; }
check() { [ "$1" = "$2" ] || { echo "Not as it says: $3 ($1, not $2)" >&2; exit 1; }; }

# --- 1. is it well, and who am I? ------------------------------------------------------------------------------
check "$(text status "$(get status)")" ok "the site is well"
key=$(get key)
echo "1. well; $(text partner "$key") may use $(printf '%s' "$key" | sed 's/.*"scopes":\[\([^]]*\).*/\1/')"

# --- 2. the chart's first three --------------------------------------------------------------------------------
chart=$(get charts/top -d limit=3)
check "$(number rank "$chart" | head -n1)" 1 "the chart begins at rank 1"
text title "$chart" | sed 's/^/2. /'
first=$(number id "$chart" | sed -n 1p)
second=$(number id "$chart" | sed -n 2p)
title=$(text title "$chart" | head -n1)
year=$(number year "$chart" | head -n1)

# --- 3. a film by its title and year, as you know them ---------------------------------------------------------
found=$(get movies/lookup --data-urlencode "title=$title" -d "year=$year")
check "$(text match "$found" | head -n1)" exact "the film is found by its title and year"
check "$(number id "$found" | head -n1)" "$first" "the film is the chart's first"
echo "3. $title is film $first"

# --- 4. the film, where it may be shown, and what makes its rank -----------------------------------------------
film=$(get "movies/$first" -d include=rights,rank_explanation)
places=$(text territory "$film" | sort -u | tr '\n' ' ')
echo "4. licences for ${places:-no territory }; $(number v "$film") votes"

# --- 5. its receipt, computed again by hand --------------------------------------------------------------------
# WR = (S/10 + m·C) / (v + m), which is v/(v+m)·R + m/(v+m)·C with R = S/10v. In whole numbers: C has four decimals,
# WR six, so WR = 100·(1000·S + m·C) / (v + m), rounded half to even.
receipt=$(get "movies/$first/rank")
v=$(number v "$receipt") S=$(number S "$receipt") m=$(number m "$receipt" | head -n1)
c=$(text c "$receipt" | tr -d . | sed 's/^0*//')
above=$((100 * (1000 * S + m * c))) below=$((v + m))
wr=$((above / below)) twice=$((2 * (above % below)))
if [ $twice -gt $below ] || { [ $twice -eq $below ] && [ $((wr % 2)) -eq 1 ]; }; then wr=$((wr + 1)); fi
told=$(text wr "$receipt" | head -n1)
check "$wr" "$(echo "$told" | tr -d .)" "the receipt gives its weighted rating"
echo "5. 100·(1000·$S + $m·$c) / ($v + $m) = $wr: $told"

# --- 6. films for two ratings, and why -------------------------------------------------------------------------
body="{\"ratings\": [{\"movie\": $first, \"value\": 9}, {\"movie\": $second, \"value\": 8}], \"limit\": 1}"
wanted=$(curl -sS --fail-with-body -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \
  --data "$body" "$API/recommendations")
if [ "$(text basis "$wanted")" = ratings ]; then
  sum=0
  for weight in $(number weight "$wanted"); do sum=$((sum + weight)); done
  check "$sum" "$(number score "$wanted")" "the weights of the reasons add up to the score"
  echo "6. $(text title "$wanted"): $sum, in $(number weight "$wanted" | wc -l | tr -d ' ') reasons"
else # nothing learned serves, or it knows nothing for these: lack says why
  echo "6. the chart, since $(text lack "$wanted")"
fi

# --- 7. every film, page by page -------------------------------------------------------------------------------
films=0 pages=0 cursor=
while :; do
  page=$(get movies -d fields=id -d limit=250 ${cursor:+--data-urlencode "cursor=$cursor"})
  films=$((films + $(number id "$page" | wc -l))) pages=$((pages + 1))
  cursor=$(text next_cursor "$page")
  [ -n "$cursor" ] || break
done
echo "7. $films films on $pages pages"

# --- 8. ask again, for free ------------------------------------------------------------------------------------
again() { # once more where a newer edition came in between
  tag=$(get charts/top -d limit=3 -o /dev/null -D - | sed -n 's/^etag: //ip' | tr -d '\r')
  call charts/top -d limit=3 -H "If-None-Match: $tag" -o /dev/null -w '%{http_code}'
}
code=$(again)
[ "$code" = 304 ] || code=$(again)
check "$code" 304 "what you have already is not sent again"
echo "8. $code"

# --- 9. a refusal, read ----------------------------------------------------------------------------------------
refused=$(call charts/top -d limit=251 -w '\n%{http_code} %{content_type}')
check "$(printf '%s' "$refused" | tail -n1)" "400 application/problem+json" "over 250 is refused, never cut"
check "$(text code "$refused" | head -n1)" bad_parameter "the code says why"
echo "9. $(text remedy "$(get problems/bad_parameter)")"

# --- 10. what your viewers rated: with a key that may write ----------------------------------------------------
case $key in *'"ratings:write"'*)
  echo "10. this key may write ratings"
  ;;
esac
