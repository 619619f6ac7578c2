"""Accounts and groups: superusers alone change them, with a reason, and the audit log says who may do what since."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from catalog.admin.history import Remembered
from catalog.admin.reasons import Reasoned, ReasonForm
from catalog.models import User
from catalog.services import accounts

admin.site.unregister(Group)
admin.site.unregister(EmailAddress)  # the sign-up's own table: nothing here works with addresses


class ForSuperusers(ModelAdmin):
    """Others may at most look: whoever could change accounts could make a superuser."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


class AccountForm(ReasonForm, UserChangeForm):
    pass


@admin.register(User)
class UserAdmin(ForSuperusers, Reasoned, Remembered, DjangoUserAdmin):
    form = AccountForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "roles", "is_staff", "is_superuser", "is_active", "last_login")
    list_filter = ("groups", "is_staff", "is_superuser", "is_active")
    ordering = ("username",)
    search_fields = ("username", "=subject_id")
    readonly_fields = ("subject_id", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "subject_id")}),
        (_("Roles"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions", "reason")}),
        (_("Person"), {"fields": (("first_name", "last_name"), "email", ("last_login", "date_joined"))}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description=_("roles"))
    def roles(self, obj: User) -> str:
        return ", ".join(sorted(group.name for group in obj.groups.all())) or "—"

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        request.roles_before = accounts.roles_of(User.objects.get(pk=obj.pk)) if change else {}  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        accounts.record_roles(
            user=form.instance,
            before=request.roles_before,  # type: ignore[attr-defined]
            by=request.user,
            at=timezone.now(),
            reason=form.cleaned_data.get("reason", ""),
        )


@admin.register(Group)
class GroupAdmin(ForSuperusers, DjangoGroupAdmin):
    list_display = ("name", "members")

    @display(description=_("accounts"))
    def members(self, obj: Group) -> int:
        return obj.user_set.count()
