;;; initflow-mode.el --- How a Kubernetes pod starts  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Colors, indentation and an index for initflow sources.  Diagnostics, completion and everything else come from the
;; language server, `initflow lsp', through Eglot or lsp-mode, which know the mode once this file is loaded.

;;; Code:

(require 'seq)

(defgroup initflow nil
  "How a Kubernetes pod starts."
  :group 'languages)

(defcustom initflow-command '("initflow" "lsp")
  "The language server and its arguments."
  :type '(repeat string))

(defconst initflow--offset 2
  "Number of columns by which a block is indented.")

(eval-and-compile
  (defun initflow--words (&rest lists)
    "Return a regular expression for the words in LISTS, strings of words."
    (concat "\\_<" (regexp-opt (mapcan #'split-string lists) t) "\\_>"))

  (defconst initflow--workloads
    ;; words: template-workloads
    "pod deployment statefulset daemonset replicaset job cronjob part")
  (defconst initflow--containers
    ;; words: containers
    "step sidecar app fetch clone wait migrate copy own render secrets")
  (defconst initflow--items
    ;; words: items
    "initflow use let")
  (defconst initflow--levels
    ;; words: levels
    "budget metadata job pod")
  (defconst initflow--mounts
    ;; words: mounts
    "reads updates writes mounts")
  (defconst initflow--probes
    ;; words: probes
    "ready alive started")
  (defconst initflow--container-statements
    ;; words: container-statements
    "run args cpu memory storage resource after takes stops")
  (defconst initflow--step-statements
    ;; words: step-statements
    "from into sha256 unpack header mode existing max-size max-files retries timeout repo ref depth submodules paths key token user outside-links tcp http dns file postgres mysql redis job deployment statefulset service condition every django rails flyway liquibase alembic prisma goose golang-migrate atlas once volume group vars field format owner address role auth audience namespace ca")
  (defconst initflow--mount-clauses
    ;; words: mount-clauses
    "at sub readonly")
  (defconst initflow--probe-kinds
    ;; words: probe-kinds
    "http https tcp grpc exec")
  (defconst initflow--probe-clauses
    ;; words: probe-clauses
    "every timeout delay failures successes")
  (defconst initflow--volume-clauses
    ;; words: volume-clauses
    "scratch memory claim secret configmap host image")
  (defconst initflow--types
    ;; words: types
    "int bool string cpu memory duration image url path port volume container")

  (defconst initflow--start "\\(?:^\\|[{;]\\)[ \t]*"
    "What precedes a statement.")
  (defconst initflow--name "[[:alpha:]_][[:alnum:]_-]*"
    "A name.")
  (defconst initflow--dotted (concat initflow--name "\\(?:\\." initflow--name "\\)*")
    "A name, possibly one from another file or part."))

(defconst initflow--statements
  (initflow--words initflow--workloads initflow--containers initflow--items initflow--levels initflow--mounts
                   initflow--probes initflow--container-statements initflow--step-statements
                   "param template when else defaults script env volume port security")
  "The statements of the language.")

(defun initflow--clauses (statements clauses)
  "Return a rule for CLAUSES, keywords that follow one of STATEMENTS and its name."
  `(,(concat initflow--start (initflow--words statements) "[ \t]+[^ \t\n;{}]+")
    (,(concat "[ \t]" (initflow--words clauses) "\\(?:[ \t;}]\\|$\\)")
     (save-excursion (re-search-forward "[;{}]\\|$" nil t) (point)) nil
     (1 'font-lock-keyword-face))))

(defconst initflow--font-lock
  `((,(concat initflow--start initflow--statements "\\(?:[ \t;{}]\\|$\\)") 1 'font-lock-keyword-face)
    (,(concat initflow--start "\\_<else[ \t]+\\(when\\)\\_>") 1 'font-lock-keyword-face)
    (,(concat "\\_<template[ \t]+" (initflow--words initflow--workloads initflow--containers)
              "[ \t]+\\(" initflow--name "\\)")
     (1 'font-lock-keyword-face) (2 'font-lock-function-name-face))
    (,(concat "\\_<defaults[ \t]+" (initflow--words initflow--containers)) 1 'font-lock-keyword-face)
    (,(concat "\\_<\\(from\\)[ \t]+\\(" initflow--dotted "\\)")
     (1 'font-lock-keyword-face) (2 'font-lock-function-name-face))
    (,(concat "\\_<volume[ \t]+[^ \t\n;{}]+[ \t]+" (initflow--words initflow--volume-clauses))
     1 'font-lock-keyword-face)
    (,(concat initflow--start (initflow--words initflow--probes) "[ \t]+" (initflow--words initflow--probe-kinds))
     2 'font-lock-keyword-face)
    ,(initflow--clauses initflow--mounts initflow--mount-clauses)
    ,(initflow--clauses initflow--probes initflow--probe-clauses)
    ,(initflow--clauses "use" "as")
    (,(concat ":[ \t]*" (initflow--words initflow--types)) 1 'font-lock-type-face)
    (,(concat "\\_<\\(" initflow--dotted "\\)(") 1 'font-lock-function-name-face)
    (,(concat "[(,][ \t\n]*\\(" initflow--name "\\)[ \t]*:") 1 'font-lock-variable-name-face)
    (,(concat initflow--start "\\(" initflow--dotted "\\)") 1 'font-lock-property-name-face)
    ("\\_<\\(?:true\\|false\\)\\_>" . 'font-lock-constant-face)
    ("\\(?:^\\|[ \t([,]\\)\\(/[^ \t\n\"'(),;{}#]+\\)" 1 'font-lock-string-face)
    ("\\_<[A-Z][[:alnum:]]*\\_>" . 'font-lock-constant-face)
    (,(concat "#{\\(" initflow--dotted "\\)}") 1 'font-lock-variable-name-face t))
  "What is colored, besides comments and strings.")

;; Emacs 28 has no face for properties.
(unless (facep 'font-lock-property-name-face)
  (defface font-lock-property-name-face '((t :inherit font-lock-variable-name-face))
    "The face for the fields of Kubernetes."))

(defvar initflow-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?' "\"" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?. "." table)
    table)
  "Brackets, comments and strings.")

(defun initflow--delimit ()
  "Make the three matched quotes delimit a multi-line string."
  (let* ((start (match-beginning 0))
         (state (save-excursion (syntax-ppss start)))
         (opened (nth 8 state)))
    (cond
     ((nth 4 state))
     ((null opened)
      (put-text-property start (1+ start) 'syntax-table (string-to-syntax "|")))
     ((and (eq (nth 3 state) t) (eq (char-after opened) (char-after start)))
      (put-text-property (- (match-end 0) 1) (match-end 0) 'syntax-table (string-to-syntax "|"))))))

(defconst initflow--propertize
  (syntax-propertize-rules ("\"\"\"\\|'''" (0 (ignore (initflow--delimit)))))
  "Marks multi-line strings.")

(defun initflow-indent-line ()
  "Indent a line by the brackets open before it; do not change strings."
  (interactive)
  (let ((depth (save-excursion (beginning-of-line) (initflow--depth))))
    (if (null depth)
        'noindent
      (let ((column (* depth initflow--offset)))
        (if (<= (current-column) (current-indentation))
            (indent-line-to column)
          (save-excursion (indent-line-to column)))))))

(defun initflow--depth ()
  "Return the depth of the line at point, or nil inside a string.
Brackets that one line opens count once."
  (let ((state (syntax-ppss)))
    (unless (nth 3 state)
      (let ((open (reverse (nth 9 state))))
        (save-excursion
          (skip-chars-forward " \t")
          (while (and open (memq (char-after) '(?\} ?\] ?\))))
            (pop open)
            (forward-char)
            (skip-chars-forward " \t")))
        (length (seq-uniq (mapcar #'line-number-at-pos open)))))))

(defvar initflow--imenu
  (let ((entry (lambda (title words)
                 `(,title ,(concat "^[ \t]*" (initflow--words words) "[ \t]+\"?\\(" initflow--name "\\)") 2))))
    `(("Templates" ,(concat "^template[ \t]+" initflow--name "[ \t]+\\(" initflow--name "\\)") 1)
      ,(funcall entry "Workloads" initflow--workloads)
      ,(funcall entry "Containers" initflow--containers)
      ,(funcall entry "Volumes" "volume")))
  "The index of a source.")

;;;###autoload
(define-derived-mode initflow-mode prog-mode "initflow"
  "How a Kubernetes pod starts."
  (setq-local comment-start "# "
              comment-start-skip "#+[ \t]*"
              indent-tabs-mode nil
              tab-width initflow--offset
              indent-line-function #'initflow-indent-line
              electric-indent-chars (append "}])" electric-indent-chars)
              syntax-propertize-function initflow--propertize
              imenu-generic-expression initflow--imenu
              font-lock-defaults '(initflow--font-lock)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.initflow\\'" . initflow-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons 'initflow-mode (lambda (&rest _) initflow-command))))

(defvar lsp-language-id-configuration)
(declare-function lsp-register-client "ext:lsp-mode")
(declare-function lsp-stdio-connection "ext:lsp-mode")
(declare-function make-lsp-client "ext:lsp-mode")
(with-eval-after-load 'lsp-mode
  (add-to-list 'lsp-language-id-configuration '(initflow-mode . "initflow"))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () initflow-command))
                    :activation-fn (lambda (_ mode) (eq mode 'initflow-mode))
                    :server-id 'initflow)))

(provide 'initflow-mode)
;;; initflow-mode.el ends here
