# What the stories share; sourced by run.sh, which sets $house and $server.

today=$(TZ=Asia/Shanghai date +%F)
# The day so many days from today: day -25, day +5.
day() { TZ=Asia/Shanghai date -d "$today $1 days" +%F; }

chapter() { printf '\n\n════ %s\n' "$*"; }
say() { printf '\n── %s\n' "$*"; }

# as WHO COMMAND…: prints the command as its user would type it, and runs it.
as() {
    _as=$1
    shift
    printf '\n(%s)$ songda %s\n' "$_as" "$*"
    songda "$@" --server "$server" --key-file "$house/$_as.key"
}

# ask WHO COMMAND…: the same, quietly, as JSON.
ask() {
    _ask=$1
    shift
    songda "$@" --json --server "$server" --key-file "$house/$_ask.key"
}

# refused WORDS WHO COMMAND…: the command must fail, and its sentence must have these words.
refused() {
    words=$1
    shift
    if as "$@" > "$house/out" 2>&1; then
        cat "$house/out"
        echo "this should have been refused" >&2
        exit 1
    fi
    cat "$house/out"
    grep -q -- "$words" "$house/out" || { echo "the refusal does not say \"$words\"" >&2; exit 1; }
}

# until_true WHAT COMMAND…: tries a command until it succeeds; what is due is done within a minute.
until_true() {
    what=$1
    shift
    tries=0
    until "$@" > /dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || { echo "not within five minutes: $what" >&2; exit 1; }
        sleep 1
    done
}

# shows WHO WORDS COMMAND…: whether what a command prints has these words.
shows() {
    _shows=$1
    _words=$2
    shift 2
    songda "$@" --server "$server" --key-file "$house/$_shows.key" | grep -q -- "$_words"
}

# member NAME: the first text of this name in the JSON on standard input.
member() { sed 's/"'"$1"'":"/\n&/g' | sed -n 's/^"'"$1"'":"\([^"]*\)".*/\1/p' | head -1; }

# person NUMBER: the id behind a number of the roster.
person() { ask office employees show "$1" | member id; }

# staff_key NAME NUMBER: a key with which somebody acts as themselves.
staff_key() {
    songda keys add --through "$server" --key-file "$house/office.key" --name "$1" --scopes staff,inbox --person "$2" |
        sed -n 's/^\(sd_.*\)/\1/p' > "$house/$1.key"
}

# code ADDRESS: the one-time code in the newest mail to an address, as its reader sees it in the sandbox.
code() {
    sleep 1
    for mail in $(ls -t "$house"/rehearsal/mail/*.eml); do
        grep -qi "^To:.*$1" "$mail" || continue
        found=$(sed -n '/text\/plain/,/^--/p' "$mail" | sed '1,/^\r*$/d; /^--/d' | tr -d '\r' | base64 -d 2> /dev/null |
            grep -o '[0-9]\{6\}' | head -1)
        [ -n "$found" ] && { echo "$found"; return; }
    done
    echo "no code was mailed to $1" >&2
    exit 1
}

# items HANDOVER STATE: kind and id of each item in a state.
items() {
    songda handover show "$1" --server "$server" --key-file "$house/office.key" |
        sed -n 's/^[* ] *\([a-z]*\) *\([a-z-]*\) *due [0-9-]*  \([0-9a-f-]\{36\}\)  .*/\1 \2 \3/p' |
        sed -n "s/^$2 //p"
}

# content_hash HANDOVER ITEM: the hash of what an item holds now, which whoever takes it over names.
content_hash() {
    ask office handover show "$1" | sed 's/"contentHash":"/\n/g' | grep "\"id\":\"$2\",\"isKey\"" | cut -c1-64
}

# rows HANDOVER ITEM FILE: the rows of a form as the company's systems have them.
rows() {
    ask office handover show "$1" | sed 's/{"amount":[^,]*,"confirmations"/\n&/g' | grep "\"id\":\"$2\",\"isKey\"" |
        sed -n 's/.*"rows":\(\[.*\]\),"title".*/\1/p' |
        sed 's/"contact":"[^"]*",//g; s/"followUp":"[^"]*",//g; s/"currency":"[^"]*",//g; s/"kind":"[^"]*",//g; s/,"status":[^}]*//g' > "$3"
}

# hand_in WHO HANDOVER [--on-behalf REASON]: hands in every item that is owed, in the way its kind asks for.
hand_in() {
    giver=$1
    _case=$2
    shift 2
    { items "$_case" open; items "$_case" returned; } | while read -r kind id; do
        case $kind in
            client-list | order-list | receivable-list)
                rows "$_case" "$id" "$house/rows.json"
                as "$giver" handover submit "$@" --rows "$house/rows.json" "$_case" "$id" ;;
            document-list | device-list) as "$giver" handover submit "$@" "$_case" "$id" ;;
            device) as "$giver" handover submit "$@" --condition 无损坏 "$_case" "$id" ;;
            visit) : ;;
            *) as "$giver" handover submit "$@" --note 资料已整理完毕 "$_case" "$id" ;;
        esac
    done
}

# take_over SUCCESSOR HANDOVER: the successor, and HR for what goes back to the company, confirm what was handed in.
take_over() {
    items "$2" submitted | while read -r kind id; do
        hash=$(content_hash "$2" "$id")
        case $kind in
            device) as second handover take --content-hash "$hash" --condition 外观完好 "$2" "$id" ;;
            device-list) as second handover take --content-hash "$hash" "$2" "$id" ;;
            *) as "$1" handover take --content-hash "$hash" "$2" "$id" ;;
        esac
    done
}

# letters WHO HANDOVER: the clients' signed letters, scanned.
letters() {
    printf '%%PDF-1.7 客户交接确认函，客户签字盖章（扫描件）' > "$house/letter.pdf"
    { items "$2" submitted; items "$2" open; } | while read -r kind id; do
        if [ "$kind" = client ]; then
            as "$1" handover upload --purpose client-letter "$2" "$id" "$house/letter.pdf"
        fi
    done
}

# accept_all REVIEWER HANDOVER: every item, then the steps in their order, then the stage.
accept_all() {
    items "$2" submitted | while read -r kind id; do as "$1" handover review "$2" "$id"; done
    for step in clients data formalities; do as "$1" handover pass "$2" "$step" > /dev/null; done
    as "$1" handover close "$2" review > /dev/null
    until_true "access is closed" shows office 'access     closed' handover show "$2"
    as office handover clearance "$2"
}

# dossier NUMBER: the evidence list with its materials, checked by the verifier that a stranger would use.
dossier() {
    until_true "every entry has its place in the log" awaits_nothing "$1"
    as legal_staff dossier list "$1" | cut -c1-150
    as legal_staff dossier employee "$1" --out "$house/dossier-$1.asice"
    printf '\n$ songda-verify dossier-%s.asice --trust root.pem\n' "$1"
    songda-verify "$house/dossier-$1.asice" --trust "$house/keys/root.pem" > "$house/verdict" ||
        { cat "$house/verdict"; exit 1; }
    tail -3 "$house/verdict"
}
awaits_nothing() { ask legal_staff dossier list "$1" | grep -q '"awaiting":0,'; }

# make_company: one company for all three stories.
make_company() {
    chapter "公司 The company"
    for one in hq:总部 logistics:物流事业部 store:华东连锁 dev:研发部 admin:人力资源与法务部; do
        as office units save "${one%%:*}" --name "${one#*:}"
    done
    cat > "$house/staff.csv" << 'END'
工号,姓名,部门,岗位,入职日期,状态,邮箱,手机
E-1,陈人事,admin,人事经理,2019-03-01,在职,chen@acme.example,13800000001
E-2,孙人事,admin,人事专员,2021-06-01,在职,sun@acme.example,13800000002
E-3,林法务,admin,法务,2020-04-01,在职,lin@acme.example,13800000003
E-1001,王女士,logistics,销售经理,2016-05-03,在职,wang@acme.example,13800001001
E-1002,李经理,logistics,销售经理,2018-09-01,在职,li@acme.example,13800001002
E-1003,赵经理,logistics,事业部经理,2015-01-05,在职,zhao@acme.example,13800001003
E-3001,周主管,dev,开发主管,2025-12-01,在职,zhou@acme.example,13800003001
E-3002,钱总监,dev,研发总监,2017-02-01,在职,qian@acme.example,13800003002
E-3003,吴工,dev,高级工程师,2019-07-01,在职,wu@acme.example,13800003003
END
    as office employees import "$house/staff.csv"
    as office employees import --mode all-or-nothing "$house/staff.csv"
    as office employees role E-1 hr --reason 任职
    as office employees role E-3 legal --reason 任职
    as office units save logistics --name 物流事业部 --manager E-1003
    as office units save store --name 华东连锁 --manager E-1003
    as office units save dev --name 研发部 --manager E-3002
    songda keys add --through "$server" --key-file "$house/office.key" --name second --scopes hr |
        sed -n 's/^\(sd_.*\)/\1/p' > "$house/second.key"
    for one in legal_staff:E-3 wang:E-1001 li:E-1002 zhao:E-1003 zhou:E-3001 qian:E-3002 wu:E-3003; do
        staff_key "${one%%:*}" "${one#*:}"
    done
}

# client NUMBER NAME OWNER AMOUNT: what CRM and order system say of a client: an order of a month ago, an open one.
client() {
    cat >> "$house/clients.jsonl" << END
{"externalID":"$1","source":"crm","changedAt":"$(day -90)T01:00:00Z","owner":"$3","fields":{"name":"$2"},"contacts":[{"externalID":"k-$1","name":"$2采购","position":"采购","addresses":[{"channel":"email","value":"$(echo "$1" | tr A-Z a-z)@client.example"},{"channel":"sms","value":"139$(printf '%08d' "$(echo "$1" | tr -dc 0-9)")"}]}]}
{"client":"$1","source":"orders","externalID":"O-$1-1","changedAt":"$(day -40)T02:00:00Z","kind":"order","state":"completed","amount":"$4","currency":"CNY","placedAt":"$(day -60)T02:00:00Z"}
{"client":"$1","source":"orders","externalID":"O-$1-2","changedAt":"$(day -3)T02:00:00Z","kind":"order","state":"placed","amount":"$4","currency":"CNY","placedAt":"$(day -3)T02:00:00Z"}
{"client":"$1","source":"crm","externalID":"F-$1","changedAt":"$(day -2)T03:00:00Z","kind":"follow-up","text":"承诺月底前补发两箱样品","dueOn":"$(day +9)","done":false,"happenedAt":"$(day -2)T03:00:00Z"}
END
}

# holdings NUMBER: what other systems have a person's hands on: a project, two devices, two documents.
holdings() {
    echo '{"items":[{"id":"P-'"$1"'","kind":"project","title":"华东冷链投标"}]}' > "$house/projects.json"
    echo '{"items":[{"id":"D-'"$1"'-1","kind":"computer","title":"笔记本电脑"},{"id":"D-'"$1"'-2","kind":"phone","title":"手机"}]}' > "$house/devices.json"
    echo '{"items":[{"id":"W-'"$1"'-1","kind":"document","title":"客户合同扫描件"},{"id":"W-'"$1"'-2","kind":"document","title":"报价模板"}]}' > "$house/documents.json"
    for list in projects devices documents; do as program handover import "$1" "$list" "$house/$list.json"; done
}
